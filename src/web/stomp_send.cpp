// SEND: from a destination to a service, and the receipt after commit (contract, chapter 4).
#include "message_body.hpp"
#include "stomp_session.hpp"

#include "madang/base/text.hpp"

namespace madang::web {
namespace {

// An absent content-type means JSON here: that is what clients of this server send.
bool is_plain_text(const stomp::frame& f) {
    const auto type = f.find("content-type").value_or("");
    return http::iequals(http::trimmed(type.substr(0, type.find(';'))), "text/plain");
}

}  // namespace

void stomp_session::on_send(const stomp::frame& f) {
    const auto destination = f.find("destination");
    if (!destination) return protocol_fault("SEND needs a destination.", receipt_of(f));
    if (f.find("transaction")) return protocol_fault("Transactions are not served.", receipt_of(f));
    const auto where = parse_destination(*destination);
    using enum destination_kind;
    switch (where.kind) {
        case app_message:
            return send_message(f, where.room);
        case app_read:
            return send_read(f, where.room);
        case app_typing: {
            std::string receipt_id{receipt_of(f)};
            if (!gateway_.parts_.limits.typing(me_.user, where.room)) return receipt(receipt_id);
            ++in_flight_;
            return spawn(typing(where.room, std::move(receipt_id)));
        }
        case app_refresh:
            return refresh(f);
        default: {
            const bool some_room = destination->starts_with("/app/rooms/");
            return refuse(error{some_room ? errc::not_a_member : errc::not_found}, receipt_of(f));
        }
    }
}

void stomp_session::send_message(const stomp::frame& f, room_id room) {
    gateway_.counters_.sends.add();
    if (const auto may = gateway_.parts_.limits.send(me_.user); !may) return refuse(may.error(), receipt_of(f));
    result<domain::new_message> m = errc::internal;
    if (is_plain_text(f)) {
        m = read_plain_message(f.body, f.find("x-key"));
    } else {
        const auto body = json::parse_object(f.body);
        m = body ? read_message(*body, f.find("x-key")) : result<domain::new_message>{body.error()};
    }
    if (!m) return refuse(m.error(), receipt_of(f));
    m->room = room;
    m->author = me_.user;
    ++in_flight_;
    spawn(post(std::move(*m), std::string{receipt_of(f)}));
}

task<> stomp_session::post(domain::new_message m, std::string receipt_id) {
    const auto self = shared_from_this();
    const auto done = co_await gateway_.parts_.messages.post(std::move(m));
    if (ws_ != nullptr && stage_ != stage::closing) {
        if (!done) {
            refuse(done.error(), receipt_id);
        } else if (!receipt_id.empty()) {
            const std::string seq = std::to_string(done->seq);
            const std::string ordinal = std::to_string(done->ordinal);
            if (done->duplicate)
                receipt(receipt_id, {{"x-seq", seq}, {"x-ordinal", ordinal}, {"x-duplicate", "true"}});
            else
                receipt(receipt_id, {{"x-seq", seq}, {"x-ordinal", ordinal}});
        }
    }
    if (!finished()) co_return;
    go_on();
}

task<> stomp_session::typing(room_id room, std::string receipt_id) {
    const auto self = shared_from_this();
    const auto done = co_await gateway_.parts_.messages.typing(me_.user, room);
    if (!finished()) co_return;
    if (!done)
        refuse(done.error(), receipt_id);
    else
        receipt(receipt_id);
    go_on();
}

void stomp_session::send_read(const stomp::frame& f, room_id room) {
    const auto body = json::parse_object(f.body);
    if (!body) return refuse(body.error(), receipt_of(f));
    json::reader in{*body};
    const auto ordinal = in.integer("ordinal", 0, max_json_integer);
    if (auto fault = in.fault()) return refuse(*fault, receipt_of(f));
    ++in_flight_;
    spawn(mark_read(room, ordinal, std::string{receipt_of(f)}));
}

task<> stomp_session::mark_read(room_id room, ordinal_t ordinal, std::string receipt_id) {
    const auto self = shared_from_this();
    const auto done = co_await gateway_.parts_.messages.mark_read(me_.user, room, ordinal);
    if (!finished()) co_return;
    if (!done)
        refuse(done.error(), receipt_id);
    else
        receipt(receipt_id);
    go_on();
}

// A newer token of the same session: the socket goes on without reconnecting.
void stomp_session::refresh(const stomp::frame& f) {
    const auto body = json::parse_object(f.body);
    if (!body) return refuse(body.error(), receipt_of(f));
    json::reader in{*body};
    const auto token = in.secret("accessToken", {1, 4096});
    if (auto fault = in.fault()) return refuse(*fault, receipt_of(f));
    const auto who = gateway_.parts_.who.check(token);
    if (!who) return refuse(who.error(), receipt_of(f));
    if (who->user != me_.user || who->session != me_.session)
        return refuse(error{errc::forbidden, "The token belongs to another session."}, receipt_of(f));
    if (expires_) expires_ = who->expires;
    receipt(receipt_of(f));
}

}  // namespace madang::web

// SUBSCRIBE and UNSUBSCRIBE: who may listen, from where on, and the receipt that says so (contract, chapter 4).
#include "stomp_session.hpp"

#include <charconv>

namespace madang::web {
namespace {

struct position {
    std::string_view epoch;
    seq_t seq = 0;
};

// "<epoch>.<seq>"
std::optional<position> parse_position(std::string_view text) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos || dot == 0) return std::nullopt;
    const auto digits = text.substr(dot + 1);
    seq_t seq = -1;
    const auto [end, ec] = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
    if (ec != std::errc{} || end != digits.data() + digits.size() || seq < 0) return std::nullopt;
    return position{text.substr(0, dot), seq};
}

}  // namespace

void stomp_session::on_subscribe(const stomp::frame& f) {
    const auto destination = f.find("destination");
    auto id = f.find("id");
    if (!id && version_ == stomp::version::v10) id = destination;  // STOMP 1.0: the destination names the subscription
    if (!destination || !id || id->empty()) return protocol_fault("SUBSCRIBE needs id and destination.", receipt_of(f));
    const auto ack = f.find("ack").value_or("auto");
    if (ack != "auto") return protocol_fault("Only ack:auto is served.", receipt_of(f));
    if (session_->subscriptions() >= gateway_.settings_.subscriptions)
        return refuse(error{errc::conflict, "This connection has as many subscriptions as it may have."}, receipt_of(f));

    const auto where = parse_destination(*destination);
    using enum destination_kind;
    const bool listens = where.kind == room || where.kind == room_typing || where.kind == room_reads ||
                         where.kind == user_rooms || where.kind == user_events || where.kind == user_presence ||
                         where.kind == user_errors;
    if (!listens) {
        const bool some_room = destination->starts_with("/topic/rooms/");
        return refuse(error{some_room ? errc::not_a_member : errc::not_found}, receipt_of(f));
    }
    const auto since = where.kind == room ? f.find("x-since").value_or("") : std::string_view{};
    if (!since.empty() && !parse_position(since))
        return refuse(invalid_field("x-since", "invalid", "is not <epoch>.<seq>"), receipt_of(f));

    std::string name{*id};
    const auto s = session_->subscribe(name, std::string{*destination}, stomp::message_prefix(version_, name));
    if (s == nullptr) return protocol_fault("A subscription with this id exists.", receipt_of(f));
    std::string receipt_id{receipt_of(f)};
    if (where.kind == user_errors) return receipt(receipt_id);
    if (where.kind == user_events) {
        session_->start(session_->listen(*s, user_events_topic(me_.user)), 0, 0, 0);
        return receipt(receipt_id);
    }
    if (where.kind == user_presence) {
        session_->start(session_->listen(*s, user_presence_topic(me_.user)), 0, 0, 0);
        receipt(receipt_id);
        return gateway_.parts_.presence.greet(me_.user);
    }
    ++in_flight_;
    if (where.kind == user_rooms) {
        // From now on rooms that are joined are followed; the ones that are there are read next.
        s->follows = true;
        s->loading = true;
        return spawn(follow_rooms(std::move(name), s, std::move(receipt_id)));
    }
    const std::string topic = where.kind == room          ? room_topic(where.room)
                              : where.kind == room_typing ? typing_topic(where.room)
                                                          : reads_topic(where.room);
    auto l = session_->listen(*s, topic);
    if (where.kind == room)
        return spawn(subscribe_room(std::move(name), s, std::move(l), where.room, std::string{since}, std::move(receipt_id)));
    spawn(subscribe_hint(std::move(name), s, std::move(l), where.room, std::move(receipt_id)));
}

// The listener is registered before the database is read, so that nothing that is committed after that read is missed; what
// lies between the position and the head is read from the log (design, chapter 7).
task<> stomp_session::subscribe_room(std::string id, broker::subscription_ptr s, broker::listener_ptr l, room_id room,
                                     std::string since, std::string receipt_id) {
    const auto self = shared_from_this();
    const auto seat = co_await gateway_.parts_.rooms.seat_of(me_.user, room);
    if (!finished()) co_return;
    if (!settle(id, s, *l, seat, receipt_id)) co_return go_on();
    const std::string epoch = gateway_.parts_.rooms.epoch();
    seq_t from = seat->last_seq;
    bool recovered = false;
    if (const auto p = parse_position(since);
        p && p->epoch == epoch && p->seq <= seat->last_seq && seat->last_seq - p->seq <= gateway_.settings_.replay) {
        from = std::max(p->seq, seat->visible_from);
        recovered = true;
    }
    receipt(receipt_id, {{"x-epoch", epoch}, {"x-seq", std::to_string(from)}, {"x-recovered", recovered ? "true" : "false"}});
    session_->start(l, from + 1, seat->last_seq, seat->visible_from);
    go_on();
}

task<> stomp_session::subscribe_hint(std::string id, broker::subscription_ptr s, broker::listener_ptr l, room_id room,
                                     std::string receipt_id) {
    const auto self = shared_from_this();
    const auto seat = co_await gateway_.parts_.rooms.seat_of(me_.user, room);
    if (!finished()) co_return;
    if (settle(id, s, *l, seat, receipt_id)) {
        session_->start(l, 0, 0, 0);
        receipt(receipt_id);
    }
    go_on();
}

// Whether the subscription may begin. Otherwise it is answered: unsubscribed meanwhile (its id may belong to another by now)
// means that it was read; no seat, or a seat that was lost meanwhile, is a refusal.
bool stomp_session::settle(const std::string& id, const broker::subscription_ptr& s, const broker::listener& l,
                           const result<domain::seat>& seat, const std::string& receipt_id) {
    if (session_->find(id) != s.get()) {
        receipt(receipt_id);
        return false;
    }
    if (seat && l.now != broker::listener::state::gone) return true;
    session_->unsubscribe(id);
    refuse(seat ? error{errc::not_a_member} : seat.error(), receipt_id);
    return false;
}

task<> stomp_session::follow_rooms(std::string id, broker::subscription_ptr s, std::string receipt_id) {
    const auto self = shared_from_this();
    const auto seats = co_await gateway_.parts_.rooms.seats_of(me_.user);
    if (!finished()) co_return;
    const bool held = session_->find(id) == s.get();
    if (held && !seats) {
        session_->unsubscribe(id);
        refuse(seats.error(), receipt_id);
        co_return go_on();
    }
    if (held) {
        std::set<std::string> there;
        for (const auto& l : s->listeners) there.insert(session_->topic_of(*l));
        for (const auto& seat : *seats) {
            const std::string topic = room_topic(seat.room);
            if (s->departed.contains(topic) || there.contains(topic)) continue;
            session_->start(session_->listen(*s, topic), seat.last_seq + 1, seat.last_seq, seat.visible_from);
        }
        s->loading = false;
        s->departed.clear();
    }
    receipt(receipt_id);
    go_on();
}

void stomp_session::on_unsubscribe(const stomp::frame& f) {
    auto id = f.find("id");
    if (!id && version_ == stomp::version::v10) id = f.find("destination");
    if (!id) return protocol_fault("UNSUBSCRIBE needs an id.", receipt_of(f));
    // An id that is not there is no fault of the client's: the server itself forgets one whose SUBSCRIBE it refuses.
    session_->unsubscribe(*id);
    receipt(receipt_of(f));
}

}  // namespace madang::web

// Reading a room's timeline and log, and catching up.
#include "rest.hpp"

#include "madang/domain/encode.hpp"

#include <charconv>

namespace madang::web {
namespace {

using domain::room_service;

void write_events(json::writer& w, const domain::log_text& log) { w.key("events").begin_array().raw(log.json()).end_array(); }

api_answer timeline(call& c, room_service& rooms) {
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) co_return room.error();
    query q{c.request};
    domain::timeline_range range;
    range.limit = q.limit(1000);
    const auto before = q.integer("before", 1, max_json_integer);
    range.after = q.integer("after", 0, max_json_integer);
    const auto around = q.integer("around", 1, max_json_integer);
    range.before = before.value_or(0);
    range.around = around.value_or(0);
    if (int{before.has_value()} + int{range.after.has_value()} + int{around.has_value()} > 1)
        q.fail("before", "invalid", "at most one of before, after and around is allowed");
    if (auto fault = q.fault()) co_return std::move(*fault);
    const auto epoch = rooms.epoch();
    const auto page = co_await rooms.timeline(c.me.user, *room, range);
    if (!page) co_return page.error();
    json::writer w{page->items.size() * 300 + 128};
    w.begin_object().key("messages").begin_array();
    for (const auto& item : page->items) write(w, item);
    w.end_array().field("epoch", epoch).field("lastSeq", page->last_seq).field("hasMore", page->has_more);
    co_return json_answer(200, w.end_object().take());
}

api_answer one_message(call& c, room_service& rooms) {
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) co_return room.error();
    const auto seq = path_number(c, 1, errc::not_found);
    if (!seq) co_return seq.error();
    const auto item = co_await rooms.message(c.me.user, *room, *seq);
    if (!item) co_return item.error();
    json::writer w;
    write(w, *item);
    co_return json_answer(200, w.take());
}

bool wants_stream(const http::request& r) { return http::has_token(r.header("accept").value_or(""), "text/event-stream"); }

// "<epoch>.<seq>"; what is none of ours, or another one's, is a position that means nothing here.
std::optional<seq_t> position_of(std::string_view id, const std::string& epoch) {
    if (!id.starts_with(epoch + ".")) return std::nullopt;
    id.remove_prefix(epoch.size() + 1);
    seq_t seq = -1;
    const auto [end, ec] = std::from_chars(id.data(), id.data() + id.size(), seq);
    return ec == std::errc{} && end == id.data() + id.size() && seq >= 0 ? std::optional{seq} : std::nullopt;
}

api_answer stream(call& c, const event_stream_parts& parts, room_id room, seq_t after) {
    // Hung before the head is read, so that nothing that is committed afterwards is missed.
    const executor here = co_await asio::this_coro::executor;
    auto bell = parts.bells.hang(room, here);
    const auto seat = co_await parts.rooms.seat_of(c.me.user, room);
    if (!seat) co_return seat.error();
    const auto resumed = c.request.header("last-event-id");
    const auto from = resumed ? position_of(*resumed, parts.rooms.epoch()) : std::optional{after};
    auto body = std::make_shared<event_stream>(parts, c.me, room, from.value_or(0), std::move(bell));
    if (!from || *from > seat->last_seq) body->begin_with_reset(seat->last_seq);
    http::response answer{200};
    answer.content_type = "text/event-stream";
    answer.stream = std::move(body);
    co_return answer;
}

api_answer log(call& c, const event_stream_parts& parts) {
    auto& rooms = parts.rooms;
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) co_return room.error();
    query q{c.request};
    const auto limit = q.limit(1000);
    const auto after = q.integer("after", 0, max_json_integer).value_or(0);
    if (auto fault = q.fault()) co_return std::move(*fault);
    if (wants_stream(c.request)) co_return co_await stream(c, parts, *room, after);
    const auto epoch = rooms.epoch();
    const auto page = co_await rooms.log(c.me.user, *room, after, limit);
    if (!page) co_return page.error();
    json::writer w{page->log.json().size() + 128};
    w.begin_object();
    write_events(w, page->log);
    w.field("epoch", epoch).field("lastSeq", page->last_seq).field("hasMore", page->has_more);
    co_return json_answer(200, w.end_object().take());
}

api_answer sync(call& c, room_service& rooms) {
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    auto epoch = in.secret("epoch", {1, 64});
    std::vector<domain::known_position> known;
    std::size_t index = 0;
    for (const auto* object : in.objects("rooms", 1000)) {
        json::reader one{*object};
        domain::known_position p;
        p.room = one.id<room_id>("id");
        p.seq = one.integer("seq", 0, max_json_integer);
        in.absorb(one, "rooms[" + std::to_string(index++) + "]");
        known.push_back(p);
    }
    if (auto fault = in.fault()) co_return std::move(*fault);
    const auto answer = co_await rooms.sync(c.me.user, epoch, std::move(known));
    if (!answer) co_return answer.error();
    json::writer w{512};
    w.begin_object().field("epoch", epoch).key("rooms").begin_array();
    for (const auto& delta : answer->rooms) {
        w.begin_object().field("id", delta.room.value).field("lastSeq", delta.page.last_seq);
        write_events(w, delta.page.log);
        w.field("hasMore", delta.page.has_more).end_object();
    }
    w.end_array().key("added").begin_array();
    for (const auto& r : answer->added) write(w, r);
    w.end_array().key("removed").begin_array();
    for (const auto id : answer->removed) w.value(id.value);
    co_return json_answer(200, w.end_array().end_object().take());
}

}  // namespace

void add_history_routes(api& a, const event_stream_parts& parts) {
    auto& rooms = parts.rooms;
    using http::method;
    a.add(method::get, "/rooms/{id}/messages", access::signed_in, [&](call& c) { return timeline(c, rooms); });
    a.add(method::get, "/rooms/{id}/messages/{seq}", access::signed_in, [&](call& c) { return one_message(c, rooms); });
    a.add(method::get, "/rooms/{id}/events", access::signed_in, [parts](call& c) { return log(c, parts); });
    a.add(method::post, "/rooms/sync", access::signed_in, [&](call& c) { return sync(c, rooms); });
}

}  // namespace madang::web

// Saying things: messages, edits, deletions, reactions, read marks.
#include "rest.hpp"

#include "madang/base/text.hpp"
#include "madang/domain/encode.hpp"
#include "message_body.hpp"

namespace madang::web {
namespace {

using domain::message_service;
using domain::room_service;

http::response item_answer(int status, const domain::timeline_item& item) {
    json::writer w;
    write(w, item);
    return json_answer(status, w.take());
}

api_answer post(call& c, message_service& messages, room_service& rooms, rates& limits) {
    if (auto may = limits.send(c.me.user); !may) co_return may.error();
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) co_return room.error();
    const auto body = body_of(c);
    if (!body) co_return body.error();
    auto message = read_message(*body, c.request.header("idempotency-key"));
    if (!message) co_return message.error();
    message->room = *room;
    message->author = c.me.user;
    const auto done = co_await messages.post(std::move(*message));
    if (!done) co_return done.error();
    const auto item = co_await rooms.acknowledged(c.me.user, *room, *done);
    if (!item) co_return item.error();
    auto answer = item_answer(done->duplicate ? 200 : 201, *item);
    if (!done->duplicate) answer.with("Location", fmt::format("/api/v1/rooms/{}/messages/{}", room->value, done->seq));
    co_return answer;
}

struct target {
    room_id room;
    seq_t seq = 0;
};

result<target> target_of(const call& c) {
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) return room.error();
    const auto seq = path_number(c, 1, errc::not_found);
    if (!seq) return seq.error();
    return target{*room, *seq};
}

api_answer edit(call& c, message_service& messages, rates& limits) {
    if (auto may = limits.send(c.me.user); !may) co_return may.error();
    const auto at = target_of(c);
    if (!at) co_return at.error();
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    auto text = in.text("text", {1, 8000});
    if (auto fault = in.fault()) co_return std::move(*fault);
    const auto item = co_await messages.edit(c.me.user, at->room, at->seq, std::move(text));
    if (!item) co_return item.error();
    co_return item_answer(200, *item);
}

api_answer erase(call& c, message_service& messages) {
    const auto at = target_of(c);
    if (!at) co_return at.error();
    const auto done = co_await messages.erase(c.me.user, at->room, at->seq);
    if (!done) co_return done.error();
    co_return no_content();
}

api_answer react(call& c, message_service& messages, rates& limits, bool on) {
    if (auto may = limits.send(c.me.user); !may) co_return may.error();
    const auto at = target_of(c);
    if (!at) co_return at.error();
    std::string emoji = c.path.at(2);
    if (!text::is_emoji(emoji)) co_return invalid_field("emoji", "invalid", "is not one emoji");
    const auto done = co_await messages.react(c.me.user, at->room, at->seq, std::move(emoji), on);
    if (!done) co_return done.error();
    co_return no_content();
}

api_answer mark_read(call& c, message_service& messages) {
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) co_return room.error();
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    const auto ordinal = in.integer("ordinal", 0, max_json_integer);
    if (auto fault = in.fault()) co_return std::move(*fault);
    const auto done = co_await messages.mark_read(c.me.user, *room, ordinal);
    if (!done) co_return done.error();
    co_return no_content();
}

}  // namespace

void add_message_routes(api& a, message_service& messages, room_service& rooms, rates& limits) {
    using http::method;
    a.add(method::post, "/rooms/{id}/messages", access::signed_in, [&](call& c) { return post(c, messages, rooms, limits); });
    a.add(method::patch, "/rooms/{id}/messages/{seq}", access::signed_in, [&](call& c) { return edit(c, messages, limits); });
    a.add(method::erase, "/rooms/{id}/messages/{seq}", access::signed_in, [&](call& c) { return erase(c, messages); });
    a.add(method::put, "/rooms/{id}/messages/{seq}/reactions/{emoji}", access::signed_in,
          [&](call& c) { return react(c, messages, limits, true); });
    a.add(method::erase, "/rooms/{id}/messages/{seq}/reactions/{emoji}", access::signed_in,
          [&](call& c) { return react(c, messages, limits, false); });
    a.add(method::put, "/rooms/{id}/read", access::signed_in, [&](call& c) { return mark_read(c, messages); });
}

}  // namespace madang::web

// Rooms and their members.
#include "rest.hpp"

#include "madang/domain/encode.hpp"
#include "message_body.hpp"

#include <algorithm>

namespace madang::web {
namespace {

using domain::room_service;

constexpr std::size_t most_invited = 200;

http::response room_answer(int status, const domain::room_view& r) {
    json::writer w;
    write(w, r);
    return json_answer(status, w.take());
}

http::response members_answer(const std::vector<domain::member>& members, std::string next_cursor) {
    json::writer w;
    w.begin_object().key("members").begin_array();
    for (const auto& m : members) write(w, m);
    w.end_array();
    if (!next_cursor.empty()) w.field("nextCursor", next_cursor);
    return json_answer(200, w.end_object().take());
}

api_answer list(call& c, room_service& rooms) {
    query q{c.request};
    const auto limit = q.limit();
    const auto cursor = q.cursor(2);
    std::optional<domain::room_cursor> after;
    if (!cursor.empty()) {
        after.emplace();
        after->last_at = timestamp{std::chrono::milliseconds{q.cursor_number(cursor[0])}};
        after->id = room_id{q.cursor_number(cursor[1])};
    }
    if (auto fault = q.fault()) co_return std::move(*fault);
    const auto epoch = rooms.epoch();
    auto page = co_await rooms.list(c.me.user, after, limit + 1);
    if (!page) co_return page.error();
    const bool more = page->size() > limit;
    if (more) page->pop_back();
    json::writer w{page->size() * 700 + 64};
    w.begin_object().key("rooms").begin_array();
    for (const auto& r : *page) write(w, r);
    w.end_array().field("epoch", epoch);
    if (more) {
        const auto& last = page->back();
        w.field("nextCursor",
                query::make_cursor({std::to_string(last.last_at.time_since_epoch().count()), std::to_string(last.id.value)}));
    }
    co_return json_answer(200, w.end_object().take());
}

api_answer create(call& c, room_service& rooms) {
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    domain::new_room wish;
    wish.creator = c.me.user;
    const auto kind = in.choice("kind", {"direct", "group"});
    if (!in.has("kind")) in.fail("kind", "required", "is missing");
    wish.kind = kind == 0U ? domain::room_kind::direct : domain::room_kind::group;
    wish.others = in.ids<user_id>("memberIds", 0, most_invited);
    if (!in.has("memberIds")) in.fail("memberIds", "required", "is missing");
    std::erase(wish.others, c.me.user);
    if (auto name = in.optional_name("name", {1, 100})) wish.name = std::move(*name);
    if (kind == 0U && in.has("name")) in.fail("name", "invalid", "a direct room has no name");
    if (kind == 0U && wish.others.size() > 1) in.fail("memberIds", "too_long", "a direct room has one other member");
    if (const auto key = c.request.header("idempotency-key")) {
        if (!is_message_key(*key)) in.fail("Idempotency-Key", "invalid", "has 1 to 64 of A-Z a-z 0-9 . _ -");
        wish.key = *key;
    }
    if (auto fault = in.fault()) co_return std::move(*fault);
    const auto opened = co_await rooms.open(std::move(wish));
    if (!opened) co_return opened.error();
    auto answer = room_answer(opened->existed ? 200 : 201, opened->room);
    if (!opened->existed) answer.with("Location", "/api/v1/rooms/" + std::to_string(opened->room.id.value));
    co_return answer;
}

api_answer rename(call& c, room_service& rooms) {
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) co_return room.error();
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    auto name = in.name("name", {1, 100});
    if (auto fault = in.fault()) co_return std::move(*fault);
    const auto renamed = co_await rooms.rename(c.me.user, *room, std::move(name));
    if (!renamed) co_return renamed.error();
    co_return room_answer(200, *renamed);
}

api_answer members(call& c, room_service& rooms) {
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) co_return room.error();
    query q{c.request};
    const auto limit = q.limit();
    const auto cursor = q.cursor(1);
    const user_id after{cursor.empty() ? 0 : q.cursor_number(cursor[0])};
    if (auto fault = q.fault()) co_return std::move(*fault);
    auto page = co_await rooms.members(c.me.user, *room, after, limit + 1);
    if (!page) co_return page.error();
    const bool more = page->size() > limit;
    if (more) page->pop_back();
    co_return members_answer(*page, more ? query::make_cursor({std::to_string(page->back().user.id.value)}) : std::string{});
}

api_answer invite(call& c, room_service& rooms) {
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) co_return room.error();
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    auto users = in.ids<user_id>("userIds", 1, most_invited);
    if (auto fault = in.fault()) co_return std::move(*fault);
    const auto added = co_await rooms.invite(c.me.user, *room, std::move(users));
    if (!added) co_return added.error();
    co_return members_answer(*added, {});
}

api_answer set_role(call& c, room_service& rooms) {
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) co_return room.error();
    const auto target = path_id<user_id>(c, 1, errc::not_found);
    if (!target) co_return target.error();
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    const auto role = in.choice("role", {"member", "admin", "owner"});
    if (!in.has("role")) in.fail("role", "required", "is missing");
    if (auto fault = in.fault()) co_return std::move(*fault);
    const auto changed = co_await rooms.set_role(c.me.user, *room, *target, static_cast<domain::member_role>(*role + 1));
    if (!changed) co_return changed.error();
    json::writer w;
    write(w, *changed);
    co_return json_answer(200, w.take());
}

api_answer remove(call& c, room_service& rooms, bool self) {
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) co_return room.error();
    const auto target = self ? result<user_id>{c.me.user} : path_id<user_id>(c, 1, errc::not_found);
    if (!target) co_return target.error();
    const auto done = co_await rooms.remove(c.me.user, *room, *target);
    if (!done) co_return done.error();
    co_return no_content();
}

api_answer set_muted(call& c, room_service& rooms, bool muted) {
    const auto room = path_id<room_id>(c, 0, errc::not_a_member);
    if (!room) co_return room.error();
    const auto done = co_await rooms.set_muted(c.me.user, *room, muted);
    if (!done) co_return done.error();
    co_return no_content();
}

}  // namespace

void add_room_routes(api& a, room_service& rooms) {
    using http::method;
    a.add(method::get, "/rooms", access::signed_in, [&](call& c) { return list(c, rooms); });
    a.add(method::post, "/rooms", access::signed_in, [&](call& c) { return create(c, rooms); });
    a.add(method::get, "/rooms/{id}", access::signed_in, [&](call& c) -> api_answer {
        const auto room = path_id<room_id>(c, 0, errc::not_a_member);
        if (!room) co_return room.error();
        const auto found = co_await rooms.room(c.me.user, *room);
        if (!found) co_return found.error();
        co_return room_answer(200, *found);
    });
    a.add(method::patch, "/rooms/{id}", access::signed_in, [&](call& c) { return rename(c, rooms); });
    a.add(method::get, "/rooms/{id}/members", access::signed_in, [&](call& c) { return members(c, rooms); });
    a.add(method::post, "/rooms/{id}/members", access::signed_in, [&](call& c) { return invite(c, rooms); });
    a.add(method::patch, "/rooms/{id}/members/{userId}", access::signed_in, [&](call& c) { return set_role(c, rooms); });
    a.add(method::erase, "/rooms/{id}/members/me", access::signed_in, [&](call& c) { return remove(c, rooms, true); });
    a.add(method::erase, "/rooms/{id}/members/{userId}", access::signed_in, [&](call& c) { return remove(c, rooms, false); });
    a.add(method::put, "/rooms/{id}/mute", access::signed_in, [&](call& c) { return set_muted(c, rooms, true); });
    a.add(method::erase, "/rooms/{id}/mute", access::signed_in, [&](call& c) { return set_muted(c, rooms, false); });
}

}  // namespace madang::web

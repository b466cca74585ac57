#include "postgres/rooms.hpp"

#include "postgres/edits.hpp"
#include "postgres/events.hpp"
#include "postgres/room_members.hpp"
#include "postgres/room_views.hpp"
#include "postgres/work.hpp"

namespace madang::storage::postgres {

using namespace domain;

statements seat_seen_by(user_id me, room_id room) {
    return statements::of(
        "SELECT m.visible_from, r.last_seq FROM members m "
        "CROSS JOIN LATERAL (SELECT last_seq FROM rooms WHERE id = m.room_id LIMIT 1) r "
        "WHERE m.room_id = $1 AND m.user_id = $2 AND NOT m.hidden",
        room, me);
}

namespace {

// What seat_seen_by() found.
result<seat> seat_in(const rows& found, room_id room) {
    if (found.empty()) return errc::not_a_member;
    return seat{room, found.front().get<seq_t>(0), found.front().get<seq_t>(1)};
}

}  // namespace

async_result<std::string> rooms::epoch() {
    return read<std::string>(reads_, statements::of("SELECT value FROM meta WHERE name = 'epoch'"),
                             [](const answers& found) -> result<std::string> {
                                 if (found[0].empty()) return errc::unavailable;
                                 return found[0].front().get<std::string>(0);
                             });
}

async_result<std::vector<room_view>> rooms::rooms_of(user_id me, std::optional<room_cursor> after, std::size_t limit) {
    using page = std::vector<room_view>;
    return read<page>(reads_, rooms_seen_by(me, after, limit),
                      [](const answers& found) -> result<page> { return views_in(found[0]); });
}

async_result<room_view> rooms::room_of(user_id me, room_id room) {
    return read<room_view>(reads_, room_seen_by(me, room), [](const answers& found) -> result<room_view> {
        auto views = views_in(found[0]);
        if (views.empty()) return errc::not_a_member;
        return std::move(views.front());
    });
}

// OFFSET 0 keeps the order and the limit out of the choice, which else might be made along the index that has rooms in order.
async_result<std::vector<place>> rooms::places_of(user_id me, std::size_t limit) {
    using all = std::vector<place>;
    auto ask = statements::of(
        "SELECT m.room_id, m.visible_from, m.role, m.read_ordinal, m.muted FROM "
        "(SELECT * FROM members WHERE user_id = $1 AND NOT hidden OFFSET 0) m ORDER BY m.room_id LIMIT $2",
        me, limit);
    return read<all>(reads_, std::move(ask), [](const answers& found) -> result<all> {
        all places;
        places.reserve(found[0].size());
        for (const auto r : found[0])
            places.push_back({r.get<room_id>(0), r.get<seq_t>(1), r.get<member_role>(2), r.get<ordinal_t>(3), r.get<bool>(4)});
        return places;
    });
}

async_result<std::vector<room_face>> rooms::faces(std::vector<room_id> all) {
    using there = std::vector<room_face>;
    if (all.empty()) co_return there{};
    co_return co_await read<there>(reads_, faces_of(all),
                                   [](const answers& found) -> result<there> { return faces_in(found[0]); });
}

async_result<seat> rooms::seat_of(user_id me, room_id room) {
    const auto found = co_await seats_.ask(me, room);
    if (!found) co_return found.error();
    co_return found->where;
}

async_result<std::vector<seat>> rooms::seats_of(user_id me) {
    using all = std::vector<seat>;
    auto ask = statements::of(
        "SELECT m.room_id, m.visible_from, r.last_seq FROM members m "
        "CROSS JOIN LATERAL (SELECT last_seq FROM rooms WHERE id = m.room_id LIMIT 1) r "
        "WHERE m.user_id = $1 AND NOT m.hidden ORDER BY m.room_id",
        me);
    return read<all>(reads_, std::move(ask), [](const answers& found) -> result<all> {
        all seats;
        seats.reserve(found[0].size());
        for (const auto r : found[0]) seats.push_back({r.get<room_id>(0), r.get<seq_t>(1), r.get<seq_t>(2)});
        return seats;
    });
}

async_result<std::vector<rooms::head>> rooms::heads(std::vector<room_id> all) {
    using there = std::vector<head>;
    auto ask = statements::of(
        "SELECT r.id, r.last_seq FROM unnest($1::bigint[]) n(id) "
        "CROSS JOIN LATERAL (SELECT id, last_seq FROM rooms WHERE id = n.id LIMIT 1) r",
        all);
    return read<there>(reads_, std::move(ask), [](const answers& found) -> result<there> {
        there heads;
        for (const auto r : found[0]) heads.push_back({r.get<room_id>(0), r.get<seq_t>(1)});
        return heads;
    });
}

async_result<std::vector<rooms::seat_taken>> rooms::seats_taken(std::vector<user_id> users, timestamp since) {
    using all = std::vector<seat_taken>;
    auto ask = statements::of(
        "SELECT m.user_id, m.room_id, m.visible_from, r.last_seq FROM unnest($1::bigint[]) n(id) "
        "CROSS JOIN LATERAL (SELECT user_id, room_id, visible_from FROM members WHERE user_id = n.id AND NOT hidden AND "
        "joined_at >= $2 LIMIT "
        "10000) m "
        "CROSS JOIN LATERAL (SELECT last_seq FROM rooms WHERE id = m.room_id LIMIT 1) r",
        users, since);
    return read<all>(reads_, std::move(ask), [](const answers& found) -> result<all> {
        all taken;
        for (const auto r : found[0]) taken.push_back({r.get<user_id>(0), {r.get<room_id>(1), r.get<seq_t>(2), r.get<seq_t>(3)}});
        return taken;
    });
}

async_result<std::vector<member>> rooms::members(room_id room, user_id after, std::size_t limit) {
    using page = std::vector<member>;
    return read<page>(reads_, members_after(room, after, limit), [after](const answers& found) -> result<page> {
        if (after && found[1].empty())
            return invalid_field("cursor", "invalid", "The member at which the list goes on has left.");
        page members;
        members.reserve(found[0].size());
        for (const auto r : found[0]) members.push_back(member_at(r));
        return members;
    });
}

async_result<member> rooms::member_of(room_id room, user_id user) {
    return read<member>(reads_, member_in(room, user), [](const answers& found) -> result<member> {
        if (found[0].empty()) return errc::not_found;
        return member_at(found[0].front());
    });
}

async_result<std::int64_t> rooms::member_count(room_id room) {
    return read<std::int64_t>(reads_, statements::of("SELECT member_count FROM rooms WHERE id = $1", room),
                              [](const answers& found) -> result<std::int64_t> {
                                  return found[0].empty() ? 0 : found[0].front().get<std::int64_t>(0);
                              });
}

async_result<std::vector<user_id>> rooms::member_ids(room_id room) {
    using ids = std::vector<user_id>;
    auto ask = statements::of("SELECT user_id FROM members WHERE room_id = $1 ORDER BY user_id", room);
    return read<ids>(reads_, std::move(ask), [](const answers& found) -> result<ids> { return ids_in<user_id>(found[0]); });
}

async_result<std::vector<rooms::own_reaction>> rooms::own_reactions(user_id me, room_id room, seq_t first) {
    using mine = std::vector<own_reaction>;
    auto ask =
        statements::of("SELECT seq, emoji FROM reactions WHERE room_id = $1 AND seq >= $2 AND user_id = $3 ORDER BY seq, emoji",
                       room, first, me);
    return read<mine>(reads_, std::move(ask), [](const answers& found) -> result<mine> {
        mine all;
        all.reserve(found[0].size());
        for (const auto r : found[0]) all.push_back({r.get<seq_t>(0), r.get<std::string>(1)});
        return all;
    });
}

async_result<std::vector<event>> rooms::events(room_id room, seq_t after, std::size_t limit) {
    using log = std::vector<event>;
    auto found = co_await read<log>(reads_, log_after(room, after, limit),
                                    [room](const answers& all) -> result<log> { return log_in(all[0], room); });
    if (!found) co_return found.error();
    co_return co_await with_texts(reads_, room, std::move(*found));
}

async_result<rooms::seen_log> rooms::log_seen_by(user_id me, room_id room, seq_t after, std::size_t limit) {
    using seen = std::pair<seat, std::vector<event>>;
    auto ask = seat_seen_by(me, room);
    ask_log_seen_by(ask, me, room, after, limit);
    auto found = co_await read<seen>(reads_, std::move(ask), [room](const answers& all) -> result<seen> {
        const auto mine = seat_in(all[0], room);
        if (!mine) return mine.error();
        return seen{*mine, log_in(all[1], room)};
    });
    if (!found) co_return found.error();
    const auto log = co_await with_texts(reads_, room, std::move(found->second));
    if (!log) co_return log.error();
    co_return seen_log{found->first, log_text{*log, found->first.visible_from}};
}

}  // namespace madang::storage::postgres

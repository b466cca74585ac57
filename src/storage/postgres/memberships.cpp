#include "postgres/memberships.hpp"

#include "event_columns.hpp"
#include "madang/domain/rules.hpp"
#include "postgres/failure.hpp"

#include <algorithm>
#include <span>

namespace madang::storage::postgres {

using namespace domain;

task<std::vector<room_id>> lock_rooms(database& db, std::vector<room_id> rooms) {
    const auto locked = co_await db.run("SELECT id FROM rooms WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE", rooms);
    std::vector<room_id> there;
    for (const auto r : locked) there.push_back(r.get<room_id>(0));
    co_return there;
}

namespace {

// How many groups are left in one round trip.
constexpr std::size_t groups_at_once = 100;

void ask_to_append(statements& ask, const writing& w, room_id room, user_id author, const event_body& body) {
    const bool is_message = std::holds_alternative<message_posted>(body);
    const auto columns = columns_of(body);
    const auto kind = static_cast<event_kind>(body.index() + 1);
    // Lists of rooms are ordered by last_at, "newest message first"; it never goes back, whatever the clock does.
    ask.add(
        "WITH counted AS (UPDATE rooms SET last_seq = last_seq + 1, last_ordinal = last_ordinal + $2::boolean::int, "
        "last_message_seq = CASE WHEN $2 THEN last_seq + 1 ELSE last_message_seq END, "
        "last_at = CASE WHEN $2 THEN greatest(last_at, $3::timestamptz) ELSE last_at END "
        "WHERE id = $1 RETURNING last_seq, last_ordinal) "
        "INSERT INTO events (room_id, seq, ordinal, kind, author_id, created_at, key, body, target, subject, value) "
        "SELECT $1, last_seq, CASE WHEN $2 THEN last_ordinal END, $4::bigint, $5::bigint, $3, $6::text, $7::text, $8::bigint, "
        "$9::bigint, $10::bigint FROM counted RETURNING seq, coalesce(ordinal, 0)",
        room, is_message, w.now, kind, author, columns.key, columns.body, columns.target, columns.subject, columns.value);
}

// `numbered`: what that has found.
posted take_appended(writing& w, const rows& numbered, room_id room, user_id author, event_body body, audience_change audience) {
    if (numbered.empty()) throw failure::of_ours("an event for a room that does not exist");
    posted numbers;
    numbers.seq = numbered.front().get<seq_t>(0);
    numbers.ordinal = numbered.front().get<ordinal_t>(1);
    if (auto* const message = std::get_if<message_posted>(&body)) message->ordinal = numbers.ordinal;

    event e;
    e.room = room;
    e.seq = numbers.seq;
    e.author = author;
    e.created_at = w.now;
    e.body = std::move(body);
    commit c;
    c.room = room;
    c.head = numbers.seq;
    c.event = std::make_shared<const event>(std::move(e));
    numbers.event = c.event;
    c.joined = std::move(audience.joined);
    c.left = std::move(audience.left);
    w.commits.push_back(std::move(c));
    return numbers;
}

}  // namespace

task<posted> append(writing& w, room_id room, user_id author, event_body body, audience_change audience) {
    statements ask;
    ask_to_append(ask, w, room, author, body);
    const auto found = co_await w.db.run(std::move(ask));
    co_return take_appended(w, found.front(), room, author, std::move(body), std::move(audience));
}

task<> seat_members(writing& w, room_id room, std::vector<user_id> users, member_role role, seq_t visible_from,
                    ordinal_t read_ordinal) {
    co_await w.db.change(
        "WITH seated AS (INSERT INTO members (room_id, user_id, role, joined_at, visible_from, read_ordinal) "
        "SELECT $1, u, $3::bigint, $4::timestamptz, $5::bigint, $6::bigint FROM unnest($2::bigint[]) u RETURNING 1) "
        "UPDATE rooms SET member_count = member_count + (SELECT count(*) FROM seated) WHERE id = $1",
        room, users, role, w.now, visible_from, read_ordinal);
}

namespace {

std::vector<rules::heir_candidate> candidates_in(const rows& members) {
    std::vector<rules::heir_candidate> remaining;
    for (const auto r : members) {
        rules::heir_candidate one;
        one.user = r.get<user_id>(0);
        one.role = r.get<member_role>(1);
        one.visible_from = r.get<seq_t>(2);
        remaining.push_back(one);
    }
    return remaining;
}

// Who follows in rooms whose owner has left.
task<std::vector<role_in_group>> heirs_of(database& db, const std::vector<room_id>& rooms) {
    statements ask;
    for (const auto room : rooms) ask.add("SELECT user_id, role, visible_from FROM members WHERE room_id = $1", room);
    const auto left = co_await db.run(std::move(ask));
    std::vector<role_in_group> heirs;
    for (std::size_t i = 0; i < rooms.size(); ++i)
        if (const auto heir = rules::heir(candidates_in(left[i]))) heirs.push_back({rooms[i], heir, member_role::owner});
    co_return heirs;
}

task<> leave_some(writing& w, user_id actor, std::span<const role_in_group> seats) {
    statements ask;
    std::vector<room_id> owned;
    for (const auto& seat : seats) {
        ask.add(
            "WITH gone AS (DELETE FROM members WHERE room_id = $1 AND user_id = $2 RETURNING 1) "
            "UPDATE rooms SET member_count = member_count - (SELECT count(*) FROM gone) WHERE id = $1",
            seat.room, seat.user);
        ask_to_append(ask, w, seat.room, actor, member_left{seat.user});
        if (seat.role == member_role::owner) owned.push_back(seat.room);
    }
    const auto found = co_await w.db.run(std::move(ask));
    for (std::size_t i = 0; i < seats.size(); ++i) {
        audience_change audience;
        audience.left.push_back(seats[i].user);
        take_appended(w, found[2 * i + 1], seats[i].room, actor, member_left{seats[i].user}, std::move(audience));
    }
    if (owned.empty()) co_return;
    auto heirs = co_await heirs_of(w.db, owned);
    co_await change_roles(w, actor, std::move(heirs));
}

}  // namespace

task<> leave_groups(writing& w, user_id actor, std::vector<role_in_group> seats) {
    for (std::span<const role_in_group> rest{seats}; !rest.empty();) {
        const auto some = rest.first(std::min(rest.size(), groups_at_once));
        co_await leave_some(w, actor, some);
        rest = rest.subspan(some.size());
    }
}

task<> change_roles(writing& w, user_id actor, std::vector<role_in_group> given) {
    if (given.empty()) co_return;
    statements ask;
    for (const auto& one : given) {
        ask.add("UPDATE members SET role = $1::bigint WHERE room_id = $2 AND user_id = $3", one.role, one.room, one.user);
        ask_to_append(ask, w, one.room, actor, role_changed{one.user, one.role});
    }
    const auto found = co_await w.db.run(std::move(ask));
    for (std::size_t i = 0; i < given.size(); ++i) {
        const auto& one = given[i];
        take_appended(w, found[2 * i + 1], one.room, actor, role_changed{one.user, one.role}, {});
    }
}

}  // namespace madang::storage::postgres

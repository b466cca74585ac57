#include "postgres/memberships.hpp"

#include "event_columns.hpp"
#include "madang/domain/rules.hpp"
#include "postgres/failure.hpp"

namespace madang::storage::postgres {

using namespace domain;

task<std::vector<room_id>> lock_rooms(database& db, std::vector<room_id> rooms) {
    const auto locked = co_await db.run("SELECT id FROM rooms WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE", rooms);
    std::vector<room_id> there;
    for (const auto r : locked) there.push_back(r.get<room_id>(0));
    co_return there;
}

task<posted> append(writing& w, room_id room, user_id author, event_body body, audience_change audience) {
    auto* const message = std::get_if<message_posted>(&body);
    const auto columns = columns_of(body);
    const auto kind = static_cast<event_kind>(body.index() + 1);
    // Lists of rooms are ordered by last_at, "newest message first"; it never goes back, whatever the clock does.
    const auto numbered = co_await w.db.run(
        "WITH counted AS (UPDATE rooms SET last_seq = last_seq + 1, last_ordinal = last_ordinal + $2::boolean::int, "
        "last_message_seq = CASE WHEN $2 THEN last_seq + 1 ELSE last_message_seq END, "
        "last_at = CASE WHEN $2 THEN greatest(last_at, $3::timestamptz) ELSE last_at END "
        "WHERE id = $1 RETURNING last_seq, last_ordinal) "
        "INSERT INTO events (room_id, seq, ordinal, kind, author_id, created_at, key, body, target, subject, value) "
        "SELECT $1, last_seq, CASE WHEN $2 THEN last_ordinal END, $4::bigint, $5::bigint, $3, $6::text, $7::text, $8::bigint, "
        "$9::bigint, $10::bigint FROM counted RETURNING seq, coalesce(ordinal, 0)",
        room, message != nullptr, w.now, kind, author, columns.key, columns.body, columns.target, columns.subject, columns.value);
    if (numbered.empty()) throw failure::of_ours("an event for a room that does not exist");
    posted numbers;
    numbers.seq = numbered.front().get<seq_t>(0);
    numbers.ordinal = numbered.front().get<ordinal_t>(1);
    if (message != nullptr) message->ordinal = numbers.ordinal;

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
    co_return numbers;
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

task<std::vector<rules::heir_candidate>> members_left(database& db, room_id room) {
    const auto found = co_await db.run("SELECT user_id, role, visible_from FROM members WHERE room_id = $1", room);
    std::vector<rules::heir_candidate> remaining;
    for (const auto r : found) {
        rules::heir_candidate one;
        one.user = r.get<user_id>(0);
        one.role = r.get<member_role>(1);
        one.visible_from = r.get<seq_t>(2);
        remaining.push_back(one);
    }
    co_return remaining;
}

}  // namespace

task<> leave_group(writing& w, room_id room, user_id actor, user_id target, member_role role_of_target) {
    co_await w.db.change(
        "WITH gone AS (DELETE FROM members WHERE room_id = $1 AND user_id = $2 RETURNING 1) "
        "UPDATE rooms SET member_count = member_count - (SELECT count(*) FROM gone) WHERE id = $1",
        room, target);
    member_left body;
    body.user = target;
    audience_change audience;
    audience.left.push_back(target);
    co_await append(w, room, actor, body, std::move(audience));
    if (role_of_target != member_role::owner) co_return;
    const auto remaining = co_await members_left(w.db, room);
    if (const auto heir = rules::heir(remaining)) co_await change_role(w, room, actor, heir, member_role::owner);
}

task<> change_role(writing& w, room_id room, user_id actor, user_id target, member_role role) {
    co_await w.db.change("UPDATE members SET role = $1::bigint WHERE room_id = $2 AND user_id = $3", role, room, target);
    role_changed body;
    body.user = target;
    body.role = role;
    audience_change nobody;
    co_await append(w, room, actor, body, std::move(nobody));
}

}  // namespace madang::storage::postgres

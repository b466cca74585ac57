#include "sqlite/memberships.hpp"

#include "madang/domain/rules.hpp"
#include "sqlite/events.hpp"

namespace madang::storage::sqlite {

using namespace domain;

posted append(writing& w, room_id room, user_id author, event_body body, audience_change audience) {
    auto* const message = std::get_if<message_posted>(&body);
    posted numbers;
    {
        // Lists of rooms are ordered by last_at, "newest message first"; it never goes back, whatever the clock does.
        auto row = w.db.run(
            "UPDATE rooms SET last_seq = last_seq + 1, last_ordinal = last_ordinal + ?2, "
            "last_message_seq = iif(?2, last_seq + 1, last_message_seq), last_at = iif(?2, max(last_at, ?3), last_at) "
            "WHERE id = ?1 RETURNING last_seq, last_ordinal, member_count",
            room, message != nullptr, w.now);
        if (!row.step()) throw std::logic_error("an event for a room that does not exist");
        numbers.seq = row.get<seq_t>(0);
        numbers.ordinal = row.get<ordinal_t>(1);
        numbers.members = row.get<std::int64_t>(2);
        row.step();
    }
    if (message != nullptr) message->ordinal = numbers.ordinal;
    numbers.event = std::make_shared<const event>(event{room, numbers.seq, author, w.now, std::move(body)});
    insert_event(w.db, *numbers.event);
    w.commits.push_back({room, numbers.event, numbers.seq, std::move(audience.joined), std::move(audience.left)});
    return numbers;
}

void seat_members(writing& w, room_id room, const std::vector<user_id>& users, member_role role, seq_t visible_from,
                  ordinal_t read_ordinal) {
    for (const auto user : users)
        w.db.change("INSERT INTO members (room, user, role, joined_at, visible_from, read_ordinal) VALUES (?, ?, ?, ?, ?, ?)",
                    room, user, role, w.now, visible_from, read_ordinal);
    w.db.change("UPDATE rooms SET member_count = member_count + ? WHERE id = ?", users.size(), room);
}

namespace {

std::vector<rules::heir_candidate> members_left(database& db, room_id room) {
    std::vector<rules::heir_candidate> remaining;
    auto rows = db.run("SELECT user, role, visible_from FROM members WHERE room = ?", room);
    while (rows.step()) remaining.push_back({rows.get<user_id>(0), rows.get<member_role>(1), rows.get<seq_t>(2)});
    return remaining;
}

}  // namespace

void leave_group(writing& w, room_id room, user_id actor, user_id target, member_role role_of_target) {
    w.db.change("DELETE FROM members WHERE room = ? AND user = ?", room, target);
    w.db.change("UPDATE rooms SET member_count = member_count - 1 WHERE id = ?", room);
    append(w, room, actor, member_left{target}, {{}, {target}});
    if (role_of_target != member_role::owner) return;
    if (const auto heir = rules::heir(members_left(w.db, room))) change_role(w, room, actor, heir, member_role::owner);
}

void change_role(writing& w, room_id room, user_id actor, user_id target, member_role role) {
    w.db.change("UPDATE members SET role = ? WHERE room = ? AND user = ?", role, room, target);
    append(w, room, actor, role_changed{target, role});
}

std::size_t rooms_held_by(database& db, user_id who) {
    auto row = db.run("SELECT count(*) FROM members WHERE user = ?", who);
    return row.step() ? row.get<std::size_t>(0) : 0;
}

}  // namespace madang::storage::sqlite

// Writing to a room's log and list of members, inside a unit. Nothing is judged here.
#pragma once

#include "madang/domain/room.hpp"
#include "sqlite/unit.hpp"

#include <cstddef>
#include <vector>

namespace madang::storage::sqlite {

// Who begins and who stops to read with an event.
struct audience_change {
    std::vector<user_id> joined;
    std::vector<user_id> left;
};

// Gives the body the room's next seq (and a message its ordinal), writes it, and tells the listener. Answers its numbers.
domain::posted append(writing& w, room_id room, user_id author, domain::event_body body, audience_change audience = {});

// Seats people who see what comes after `visible_from` and have read up to `read_ordinal`.
void seat_members(writing& w, room_id room, const std::vector<user_id>& users, domain::member_role role, seq_t visible_from,
                  ordinal_t read_ordinal);

// Takes a member's seat in a group: a `leave`, and after an owner's a `role` for the heir.
void leave_group(writing& w, room_id room, user_id actor, user_id target, domain::member_role role_of_target);

void change_role(writing& w, room_id room, user_id actor, user_id target, domain::member_role role);

[[nodiscard]] std::size_t rooms_held_by(database& db, user_id who);

}  // namespace madang::storage::sqlite

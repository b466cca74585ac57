// Writing to a room's log and list of members, inside a transaction that has locked the room. Nothing is judged here.
#pragma once

#include "madang/domain/room.hpp"
#include "postgres/writing.hpp"

#include <cstddef>
#include <vector>

namespace madang::storage::postgres {

// Locks the rooms in the order of their ids, as every transaction does before it takes a seq or writes members (design,
// chapter 5). Of these the rooms that exist.
[[nodiscard]] task<std::vector<room_id>> lock_rooms(database& db, std::vector<room_id> rooms);

// Who begins and who stops to read with an event.
struct audience_change {
    std::vector<user_id> joined;
    std::vector<user_id> left;
};

// Gives the body the room's next seq (and a message its ordinal), writes it, and notes it for the listener. Answers its numbers.
[[nodiscard]] task<domain::posted> append(writing& w, room_id room, user_id author, domain::event_body body,
                                          audience_change audience);

// Seats people who see what comes after `visible_from` and have read up to `read_ordinal`.
[[nodiscard]] task<> seat_members(writing& w, room_id room, std::vector<user_id> users, domain::member_role role,
                                  seq_t visible_from, ordinal_t read_ordinal);

// What somebody is in a group.
struct role_in_group {
    room_id room;
    user_id user;
    domain::member_role role = domain::member_role::member;
};

// Takes members' seats: a `leave`, and after an owner's a `role` for the heir. A round trip for a hundred groups, two more where
// owners are among them.
[[nodiscard]] task<> leave_groups(writing& w, user_id actor, std::vector<role_in_group> seats);

// Gives roles, in this order, in one round trip.
[[nodiscard]] task<> change_roles(writing& w, user_id actor, std::vector<role_in_group> given);

}  // namespace madang::storage::postgres

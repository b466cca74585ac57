// A person's place in a room, and the messages seen from it: what every rule inside a transaction begins with.
#pragma once

#include "madang/domain/room.hpp"
#include "postgres/database.hpp"

#include <optional>
#include <string>

namespace madang::storage::postgres {

struct seat_row {
    room_id room;
    user_id user;
    domain::room_kind kind = domain::room_kind::group;
    seq_t last_seq = 0;
    ordinal_t last_ordinal = 0;
    domain::member_role role = domain::member_role::member;
    seq_t visible_from = 0;
    ordinal_t read_ordinal = 0;
    std::int64_t members = 0;  // in the room
};

// Nothing for who is not in the room, or has hidden it.
[[nodiscard]] task<std::optional<seat_row>> seat_in(database& db, room_id room, user_id user);

// In the room, hidden or not; nothing for strangers.
[[nodiscard]] task<std::optional<domain::member_role>> role_in(database& db, room_id room, user_id user);

struct message_row {
    user_id author;
    std::string text;
    bool deleted = false;
};

// A message that a member who sees what came after `visible_from` may see, deleted or not.
[[nodiscard]] task<std::optional<message_row>> visible_message(database& db, room_id room, seq_t seq, seq_t visible_from);

}  // namespace madang::storage::postgres

// A person's place in a room: what every rule and every read there begins with.
#pragma once

#include "madang/domain/room.hpp"
#include "sqlite/database.hpp"

#include <optional>

namespace madang::storage::sqlite {

struct seat_row {
    room_id room;
    user_id user;
    domain::room_kind kind = domain::room_kind::group;
    seq_t last_seq = 0;
    ordinal_t last_ordinal = 0;
    domain::member_role role = domain::member_role::member;
    seq_t visible_from = 0;
    ordinal_t read_ordinal = 0;
};

// Nothing for who is not in the room, or has hidden it.
[[nodiscard]] std::optional<seat_row> seat_in(database& db, room_id room, user_id user);

// In the room, hidden or not; nothing for strangers.
[[nodiscard]] std::optional<domain::member_role> role_in(database& db, room_id room, user_id user);

}  // namespace madang::storage::sqlite

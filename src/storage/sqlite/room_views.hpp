// A room in a list: as one of its members sees it, and as all of them do.
#pragma once

#include "madang/domain/room.hpp"
#include "sqlite/database.hpp"

#include <optional>

namespace madang::storage::sqlite {

// Nothing for who has no seat there.
[[nodiscard]] std::optional<domain::room_view> room_seen_by(database& db, user_id me, room_id room);

// Nothing for a room that does not exist.
[[nodiscard]] std::optional<domain::room_face> face_of(database& db, room_id room);

}  // namespace madang::storage::sqlite

// A room as one of its members sees it in a list.
#pragma once

#include "madang/domain/room.hpp"
#include "sqlite/database.hpp"

#include <optional>

namespace madang::storage::sqlite {

// Nothing for who has no seat there.
[[nodiscard]] std::optional<domain::room_view> room_seen_by(database& db, user_id me, room_id room);

}  // namespace madang::storage::sqlite

// Members as others see them.
#pragma once

#include "madang/domain/room.hpp"
#include "sqlite/database.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace madang::storage::sqlite {

[[nodiscard]] std::optional<domain::member> member_in(database& db, room_id room, user_id user);

// By joining; nothing when `after` is no member (any more).
[[nodiscard]] std::optional<std::vector<domain::member>> members_in(database& db, room_id room, user_id after, std::size_t limit);

}  // namespace madang::storage::sqlite

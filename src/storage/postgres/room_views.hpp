// A room in a list: as one of its members sees it, and as all of them do.
#pragma once

#include "madang/domain/ports/room_store.hpp"
#include "postgres/statements.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace madang::storage::postgres {

// A page of a person's rooms; one room, if they have a seat there.
[[nodiscard]] statements rooms_seen_by(user_id me, std::optional<domain::room_cursor> after, std::size_t limit);
[[nodiscard]] statements room_seen_by(user_id me, room_id room);

// What either of them found.
[[nodiscard]] std::vector<domain::room_view> views_in(const rows& found);

// Those of the rooms that exist, once each.
[[nodiscard]] statements faces_of(const std::vector<room_id>& rooms);
[[nodiscard]] std::vector<domain::room_face> faces_in(const rows& found);

}  // namespace madang::storage::postgres

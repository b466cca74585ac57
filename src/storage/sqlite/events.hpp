// Events as rows of the log.
#pragma once

#include "madang/domain/event.hpp"
#include "sqlite/database.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace madang::storage::sqlite {

// The only place that reads the columns of `events`: what comes after a seq, in order. Edits carry their target's present text.
[[nodiscard]] std::vector<domain::event> events_after(database& db, room_id room, seq_t after, std::size_t limit);

[[nodiscard]] std::optional<domain::event> event_at(database& db, room_id room, seq_t seq);

// A message that a member who sees what came after `visible_from` may see, deleted or not.
[[nodiscard]] std::optional<domain::event> visible_message(database& db, room_id room, seq_t seq, seq_t visible_from);

// The only place that writes rows of `events`.
void insert_event(database& db, const domain::event& e);

}  // namespace madang::storage::sqlite

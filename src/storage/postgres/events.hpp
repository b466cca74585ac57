// Rows of the log as events: reading alone.
#pragma once

#include "madang/domain/event.hpp"
#include "postgres/statements.hpp"

#include <cstddef>
#include <vector>

// The columns of `events e`, as event_at() reads them. An edit has no text of its own.
#define EVENT_COLUMNS_SHOWING(body, deleted_at)                                                             \
    "e.seq, e.kind, e.author_id, e.created_at, e.ordinal, e.key, e.target, e.subject, e.value, e.edited_at" \
    ", " deleted_at ", " body
#define EVENT_COLUMNS EVENT_COLUMNS_SHOWING("e.body", "e.deleted_at")

namespace madang::storage::postgres {

// A page of so many rows is small enough, whatever is in them.
inline constexpr std::size_t small_page = 100;

// From the column `first` on.
[[nodiscard]] domain::event event_at(const row& r, room_id room, int first = 0);

// The raw log after a seq, all of it or as far as somebody sees it; and what was found of it, as far as a page goes. Its edits
// have no text yet: see with_texts().
[[nodiscard]] statements log_after(room_id room, seq_t after, std::size_t limit);
void ask_log_seen_by(statements& ask, user_id me, room_id room, seq_t after, std::size_t limit);
[[nodiscard]] std::vector<domain::event> log_in(const rows& found, room_id room);

}  // namespace madang::storage::postgres

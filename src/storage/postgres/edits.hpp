// What the edits in a log show: the present text of their messages, and when those were deleted. A log that has no edits, as most
// pages have, needs no second round trip; one that joined every row with its target took the server a quarter more.
#pragma once

#include "madang/domain/event.hpp"
#include "postgres/pool.hpp"

#include <vector>

namespace madang::storage::postgres {

// The log with the texts of its edits, cut where that makes it heavier than a page. Of a later moment than the log: a message
// that was changed again in between already shows it.
[[nodiscard]] async_result<std::vector<domain::event>> with_texts(pool& from, room_id room, std::vector<domain::event> log);

}  // namespace madang::storage::postgres

// What several stores ask about people, inside the caller's transaction.
#pragma once

#include "madang/domain/user.hpp"
#include "sqlite/database.hpp"

#include <optional>
#include <vector>

namespace madang::storage::sqlite {

// The only place that knows the columns of `users`: lists pick ids first and then ask here. A prepared statement that finds one
// row by its key costs SQLite about a microsecond.
[[nodiscard]] std::optional<domain::user> user_of(database& db, user_id who);

// Exists and is not deleted.
[[nodiscard]] bool is_alive(database& db, user_id who);
[[nodiscard]] bool are_friends(database& db, user_id a, user_id b);
// Either way.
[[nodiscard]] bool are_blocked(database& db, user_id a, user_id b);

// Ends the open sessions of a person, but `keep`, and answers which.
std::vector<session_id> end_sessions(database& db, user_id who, session_id keep, timestamp now);

}  // namespace madang::storage::sqlite

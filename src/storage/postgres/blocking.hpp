// Statements on a connection that is not in pipeline mode: what commands do, and what is asked before a connection is put to use.
// All of it blocks. Failures are one line.
#pragma once

#include "madang/base/clock.hpp"
#include "postgres/failure.hpp"
#include "postgres/rows.hpp"
#include "postgres/wire.hpp"

#include <string>
#include <string_view>

namespace madang::storage::postgres {

// One statement. Blocks until `end` at most; past it the connection is of no more use. Throws failure.
rows run_now(PGconn* c, const std::string& text, steady_time end = steady_time::max());
rows run_now(PGconn* c, const std::string& text, const parameters& values, steady_time end = steady_time::max());

// Several at once, in one transaction where they do not say otherwise. Throws failure.
void run_script(PGconn* c, std::string_view text);

// Neither a long statement of this session nor a wait of a minute is cut off. A server does not notice by itself, before the end
// of a statement, that who wants it has died, and would keep locks for nobody (from PostgreSQL 14 on it looks). Throws failure.
void take_time(PGconn* c);

// What libpq says has lines and ends with one.
[[nodiscard]] std::string one_line(std::string_view said);

}  // namespace madang::storage::postgres

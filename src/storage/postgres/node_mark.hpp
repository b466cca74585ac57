// Marks that end with a connection, however its node ends: shared advisory locks.
#pragma once

#include "postgres/statements.hpp"

#include <cstdint>
#include <string>

namespace madang::storage::postgres {

// By their numbers nodes of one database see each other: "SELECT ..." that takes the mark.
[[nodiscard]] std::string take_node_mark(std::int32_t node);

// By its line a connection sees those that were there before it. One that was given up may still be at work on the server, and
// what it commits then nobody would hear of. "SELECT ..." that takes the mark; that finds out whether we are the only one of the
// line; and that ends predecessors which only wait for the client that they no longer have.
[[nodiscard]] std::string take_line_mark(std::int32_t line);
[[nodiscard]] std::string is_alone_in_line(std::int32_t line);
[[nodiscard]] std::string end_idle_in_line(std::int32_t line);

// How many nodes are on the database right now.
inline constexpr sql count_nodes =
    "SELECT count(DISTINCT objid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1835101799 AND objsubid = 2 AND "
    "database = (SELECT oid FROM pg_database WHERE datname = current_database())";

}  // namespace madang::storage::postgres

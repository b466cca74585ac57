// The mark by which nodes of one database see each other: each lane's connection holds a shared advisory lock with its node's
// number, which ends with the connection, however the node ends.
#pragma once

#include "postgres/statements.hpp"

#include <cstdint>
#include <string>

namespace madang::storage::postgres {

// "SELECT ..." that takes the mark.
[[nodiscard]] std::string take_node_mark(std::int32_t node);

// How many nodes are on the database right now.
inline constexpr sql count_nodes =
    "SELECT count(DISTINCT objid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 1835101799 AND objsubid = 2 AND "
    "database = (SELECT oid FROM pg_database WHERE datname = current_database())";

}  // namespace madang::storage::postgres

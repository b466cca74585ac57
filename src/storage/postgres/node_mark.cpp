#include "postgres/node_mark.hpp"

#include <fmt/format.h>

namespace madang::storage::postgres {

// The class is "mada" in ASCII and stands in count_nodes, too.
std::string take_node_mark(std::int32_t node) { return fmt::format("SELECT pg_advisory_lock_shared(1835101799, {})", node); }

// The class of lines is the next number.
std::string take_line_mark(std::int32_t line) { return fmt::format("SELECT pg_advisory_lock_shared(1835101800, {})", line); }

std::string is_alone_in_line(std::int32_t line) { return fmt::format("SELECT pg_try_advisory_xact_lock(1835101800, {})", line); }

std::string end_idle_in_line(std::int32_t line) {
    return fmt::format(
        "SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid WHERE l.locktype = "
        "'advisory' "
        "AND l.classid = 1835101800 AND l.objid = {} AND l.objsubid = 2 AND l.pid <> pg_backend_pid() AND "
        "(a.state LIKE 'idle%' OR a.wait_event_type = 'Client')",
        line);
}

}  // namespace madang::storage::postgres

#include "postgres/node_mark.hpp"

#include <fmt/format.h>

namespace madang::storage::postgres {

// The class is "mada" in ASCII and stands in count_nodes, too.
std::string take_node_mark(std::int32_t node) { return fmt::format("SELECT pg_advisory_lock_shared(1835101799, {})", node); }

}  // namespace madang::storage::postgres

// A message that the batch's statement leaves out, because more happens with it than a new row: the other one has hidden the
// direct room and must be shown it again.
#pragma once

#include "postgres/unit.hpp"

#include <memory>

namespace madang::storage::postgres {

// The same message for the same caller, with statements of its own. `given` is a message_unit.
[[nodiscard]] std::unique_ptr<unit> done_slowly(std::unique_ptr<unit> given);

}  // namespace madang::storage::postgres

// A message that the batch's statement leaves out, because its room is guarded: somebody may have hidden this direct room, and
// must be shown it again, or blocked the other one. Lifts the guard where nothing stands in the message's way.
#pragma once

#include "postgres/unit.hpp"

#include <memory>

namespace madang::storage::postgres {

// The same message for the same caller, with statements of its own. `given` is a message_unit.
[[nodiscard]] std::unique_ptr<unit> done_slowly(std::unique_ptr<unit> given);

}  // namespace madang::storage::postgres

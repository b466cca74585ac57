// Random names for what must not repeat.
#pragma once

#include <cstddef>
#include <string>

namespace madang::storage {

// Of [a-z0-9], from the system's generator.
[[nodiscard]] std::string random_text(std::size_t length);

}  // namespace madang::storage

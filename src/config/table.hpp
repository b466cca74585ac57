// The one table of keys. Parser, checks, help and the documented file all come from it.
#pragma once

#include "key.hpp"

#include <span>
#include <string_view>

namespace madang::config {

struct section {
    std::string_view name;
    std::string_view meaning;
};

[[nodiscard]] std::span<const section> sections();

// Grouped by section, in the order of `sections()`. Immutable and shared by all threads.
[[nodiscard]] std::span<const key> table();

// Nothing if there is no such key.
[[nodiscard]] const key* find_key(std::string_view name);

}  // namespace madang::config

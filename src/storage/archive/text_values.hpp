// Times and bytes as an archive writes them. Reading is strict: each value has one text.
#pragma once

#include "madang/base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace madang::storage::archive {

// The inverse of to_rfc3339(): UTC, with milliseconds, years 0000 to 9999.
[[nodiscard]] std::optional<timestamp> from_rfc3339(std::string_view text);

// RFC 4648, chapter 4: with padding.
[[nodiscard]] std::string to_base64(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace madang::storage::archive

// From text to one value and back. No knowledge of keys.
#pragma once

#include "madang/config/values.hpp"

#include <boost/system/result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace madang::config {

[[nodiscard]] std::optional<bool> parse_flag(std::string_view text);  // "true", "false"
[[nodiscard]] std::optional<std::int64_t> parse_number(std::string_view text);

// "1MiB", "64KiB", "512" (bytes). Units are powers of 1024: B KiB MiB GiB TiB.
[[nodiscard]] std::optional<std::size_t> parse_bytes(std::string_view text);
[[nodiscard]] std::string bytes_text(std::size_t bytes);

// "500ms", "1.5s", "5m", "2h", "14d"; a bare number is seconds. Rounded to milliseconds, never negative.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
[[nodiscard]] std::string duration_text(std::chrono::milliseconds d);

[[nodiscard]] std::string_view trimmed(std::string_view text);

// "a, b" to its trimmed items. Blank text has none; an empty item between commas is kept and is for the caller to refuse.
[[nodiscard]] std::vector<std::string> comma_separated(std::string_view text);

// A TOML basic string, quoted and escaped.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace madang::config

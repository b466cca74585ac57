// Text as people type it: UTF-8 checks, counting, trimming and NFC.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace madang::text {

// Valid UTF-8 (RFC 3629: no surrogates, no overlong forms).
[[nodiscard]] bool is_utf8(std::string_view s) noexcept;

// Unicode code points; `s` must be valid UTF-8.
[[nodiscard]] std::size_t count(std::string_view s) noexcept;

// Holds U+0000, a C0 control other than \n and \t, DEL or a C1 control.
[[nodiscard]] bool has_control(std::string_view s) noexcept;

// Holds a bidirectional override, embedding or isolate (U+202A-202E, U+2066-2069, U+200E/F, U+061C).
[[nodiscard]] bool has_bidi(std::string_view s) noexcept;

// Nothing but white space (Unicode's) and invisible format characters, or empty.
[[nodiscard]] bool is_blank(std::string_view s) noexcept;

// Without white space at both ends, in NFC; nothing if it is not UTF-8.
[[nodiscard]] std::optional<std::string> normalised_name(std::string_view s);

// One emoji as a reaction: 1-8 code points, at most 32 bytes, no letters, digits alone, blanks or controls.
[[nodiscard]] bool is_emoji(std::string_view s) noexcept;

// ASCII letters in lower case.
[[nodiscard]] std::string folded(std::string_view s);

// The first `points` code points.
[[nodiscard]] std::string_view cut(std::string_view s, std::size_t points) noexcept;

}  // namespace madang::text

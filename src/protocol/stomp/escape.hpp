// Header escapes, which differ by version and command (STOMP 1.2 and 1.1, "Value Encoding").
#pragma once

#include "madang/protocol/stomp/frame.hpp"
#include "madang/protocol/stomp/version.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace madang::stomp {

enum class escaping {
    none,
    v11,  // \n \c \\ .
    v12,  // and \r
};

// CONNECT and CONNECTED are never escaped, to stay readable for 1.0; nor is STOMP, which is a CONNECT by another name.
// Without a version nothing is: it is not agreed yet.
[[nodiscard]] escaping escaping_of(command c, std::optional<version> v) noexcept;

// Every escape in `s` is one that `how` defines; others are fatal.
[[nodiscard]] bool escapes_are_defined(std::string_view s, escaping how) noexcept;

// Needs `escapes_are_defined`.
void append_unescaped(std::string& out, std::string_view s);

// What `how` cannot express (line ends and NUL, a colon in a name) becomes a blank: whatever the text, it cannot end its
// line and smuggle in another header or frame.
void append_escaped_name(std::string& out, std::string_view s, escaping how);
void append_escaped_value(std::string& out, std::string_view s, escaping how);

}  // namespace madang::stomp

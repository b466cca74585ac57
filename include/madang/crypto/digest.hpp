// SHA-256 and base64url. Thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace madang::crypto {

using digest = std::array<unsigned char, 32>;

[[nodiscard]] digest sha256(std::string_view bytes);

// The bytes of a digest, to store or to encode.
[[nodiscard]] inline std::string_view as_bytes(const digest& d) noexcept {
    return {reinterpret_cast<const char*>(d.data()), d.size()};
}

// RFC 4648, chapter 5, without padding. Decoding is strict: no padding, no white space, no other alphabet, no stray bits,
// so that each sequence of bytes has exactly one text.
[[nodiscard]] std::string base64url(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

// Whether two secrets are equal, in a time that only depends on their lengths.
[[nodiscard]] bool equal_secrets(std::string_view a, std::string_view b) noexcept;

}  // namespace madang::crypto

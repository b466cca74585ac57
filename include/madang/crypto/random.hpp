// Randomness that nobody can guess, from OpenSSL. Thread-safe. Without entropy there is no safe way on: std::runtime_error.
#pragma once

#include <cstddef>
#include <string>

namespace madang::crypto {

// `n` raw bytes.
[[nodiscard]] std::string random_bytes(std::size_t n);

// `n` random bytes as base64url without padding: 32 bytes are 43 characters.
[[nodiscard]] std::string random_token(std::size_t n);

}  // namespace madang::crypto

// Password hashes: Argon2id (RFC 9106), parallelism 1, 16 bytes of salt, 32 bytes of tag, in the usual encoded form
// "$argon2id$v=19$m=19456,t=2,p=1$salt$tag".
// Thread-safe. Each call takes tens of milliseconds and `memory_kib`: only on the CPU pool, never on an I/O thread.
#pragma once

#include "madang/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace madang::crypto {

struct password_cost {
    std::uint32_t memory_kib = 0;  // at least 8
    std::uint32_t passes = 0;      // at least 1

    friend bool operator==(const password_cost&, const password_cost&) = default;
};

// Errors: too_busy when there is no memory for it; internal for a cost out of range.
[[nodiscard]] result<std::string> hash_password(std::string_view password, password_cost cost);

// Success, or bad_credentials (also when `encoded` is no hash), or too_busy when there is no memory.
// A result and not a bool inside one: `if (verify_password(...))` is then what it looks like.
[[nodiscard]] result<> verify_password(std::string_view encoded, std::string_view password);

// Made with less than, or something else than, the current cost: renew it at the next login.
[[nodiscard]] bool needs_rehash(std::string_view encoded, password_cost cost);

// A hash of nothing anybody knows. Verify against it when the name is unknown, so that the answer takes the same time.
// Made once at start and kept.
[[nodiscard]] result<std::string> decoy_hash(password_cost cost);

}  // namespace madang::crypto

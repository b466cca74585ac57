// A token in its parts.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/crypto/jwt.hpp"

#include <string>
#include <string_view>

namespace madang::crypto {

// What verify() found out, and with which key.
struct verified_token {
    access_claims claims;
    std::string kid;
};

// All checks but expiry.
[[nodiscard]] result<verified_token> verify_signature(std::string_view token, const key_set& keys);

// token_expired from `exp` on.
[[nodiscard]] result<access_claims> unless_expired(access_claims claims, timestamp now);

}  // namespace madang::crypto

// Access tokens: JWT (RFC 7519) signed with EdDSA (RFC 8037). Thread-safe.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"
#include "madang/crypto/keys.hpp"

#include <string>
#include <string_view>

namespace madang::crypto {

// Times have whole seconds in a token; sign() cuts them.
struct access_claims {
    user_id user;
    session_id session;
    std::string role;
    timestamp issued;
    timestamp expires;

    friend bool operator==(const access_claims&, const access_claims&) = default;
};

// Longer ones are refused unseen.
inline constexpr std::size_t longest_token = 4096;  // bytes

// header {"alg":"EdDSA","typ":"JWT","kid":...}; claims iss "madang", sub (the user's number as text), sid, role, iat, exp.
[[nodiscard]] std::string sign(const access_claims& claims, const signing_key& key);

// Errors: token_expired from `exp` on, if all else is right; unauthenticated for everything else, whatever it is.
// Whether the session was revoked is another question, to be asked each time.
[[nodiscard]] result<access_claims> verify(std::string_view token, const key_set& keys, timestamp now);

}  // namespace madang::crypto

// What sign-in needs of cryptography. Thread-safe.
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/user.hpp"

#include <string>
#include <string_view>

namespace madang::domain {

class password_hasher {
public:
    virtual ~password_hasher() = default;
    // Argon2id on the CPU pool: `too_busy` when its queue is full.
    virtual async_result<std::string> hash(std::string password) = 0;

    struct verdict {
        bool right = false;
        bool stale = false;  // made with weaker parameters than today's: renew it
    };
    // An empty `encoded` (an unknown name) is never right and takes the same time.
    virtual async_result<verdict> verify(std::string encoded, std::string password) = 0;
};

class token_mint {
public:
    virtual ~token_mint() = default;
    // Opaque, 256 random bits, base64url.
    [[nodiscard]] virtual std::string opaque_token() const = 0;
    // What is stored of it (SHA-256).
    [[nodiscard]] virtual std::string digest(std::string_view token) const = 0;
    // A signed access token (Ed25519 JWT) that names the session.
    [[nodiscard]] virtual std::string access_token(const user& u, session_id session, timestamp issued,
                                                   timestamp expires) const = 0;
};

}  // namespace madang::domain

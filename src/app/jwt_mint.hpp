// The domain's tokens: Ed25519 JWTs and opaque refresh tokens. Thread-safe.
#pragma once

#include "madang/crypto/digest.hpp"
#include "madang/crypto/jwt.hpp"
#include "madang/crypto/key_ring.hpp"
#include "madang/crypto/random.hpp"
#include "madang/domain/ports/security.hpp"

namespace madang::app {

class jwt_mint final : public domain::token_mint {
public:
    explicit jwt_mint(const crypto::key_ring& keys) : keys_(keys) {}

    [[nodiscard]] std::string opaque_token() const override { return crypto::random_token(32); }
    [[nodiscard]] std::string digest(std::string_view token) const override {
        return std::string{crypto::as_bytes(crypto::sha256(token))};
    }
    [[nodiscard]] std::string access_token(const domain::user& u, session_id session, timestamp issued,
                                           timestamp expires) const override {
        return crypto::sign({u.id, session, u.role, issued, expires}, keys_.get()->signer);
    }

private:
    const crypto::key_ring& keys_;
};

}  // namespace madang::app

// Hashes and tokens that can be read.
#pragma once

#include "madang/domain/ports/security.hpp"
#include "samples.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace madang::domain::test {

// "hash of <password>" is a hash; "old hash of <password>" is one that is stale.
class fake_hasher final : public password_hasher {
public:
    bool busy = false;
    int verified = 0;
    int hashed = 0;

    async_result<std::string> hash(std::string password) override {
        ++hashed;
        if (busy) return answer<std::string>(errc::too_busy);
        return answer<std::string>("hash of " + password);
    }
    async_result<verdict> verify(std::string encoded, std::string password) override {
        ++verified;
        verdict v;
        v.right = encoded == "hash of " + password || encoded == "old hash of " + password;
        v.stale = encoded.starts_with("old ");
        return answer<verdict>(v);
    }
};

class fake_mint final : public token_mint {
public:
    [[nodiscard]] std::string opaque_token() const override {
        return "opaque-token-" + std::to_string(++minted_) + std::string(30, 'x');
    }
    [[nodiscard]] std::string digest(std::string_view token) const override { return "digest of " + std::string{token}; }
    [[nodiscard]] std::string access_token(const user& u, session_id session, timestamp, timestamp expires) const override {
        return "access " + std::to_string(u.id.value) + " " + std::to_string(session.value) + " " + to_rfc3339(expires);
    }

private:
    mutable int minted_ = 0;
};

}  // namespace madang::domain::test

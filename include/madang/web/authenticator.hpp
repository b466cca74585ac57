// Who is calling: checks access tokens from a header, a cookie or a CONNECT frame. Thread-safe; a token that was seen before
// costs a lookup, and whether its session has ended is asked each time.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/base/result.hpp"
#include "madang/crypto/key_ring.hpp"
#include "madang/crypto/token_cache.hpp"
#include "madang/domain/revocations.hpp"
#include "madang/protocol/http/message.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace madang::web {

struct caller {
    user_id user;
    session_id session;
    timestamp expires{};
    bool by_cookie = false;
};

class authenticator {
public:
    authenticator(const crypto::key_ring& keys, const domain::revocations& ended, const clock& time)
        : keys_(keys), revocations_(ended), clock_(time) {}

    [[nodiscard]] result<caller> check(std::string_view token);
    // "Bearer <token>" wins over the cookie; unauthenticated without either.
    [[nodiscard]] result<caller> check(const http::request& r);

    [[nodiscard]] bool ended(session_id session) const { return revocations_.ended(session); }

    // The token of an Authorization value; nothing if it is no Bearer.
    [[nodiscard]] static std::optional<std::string_view> bearer(std::string_view authorization) noexcept;

private:
    const crypto::key_ring& keys_;
    const domain::revocations& revocations_;
    const clock& clock_;
    crypto::token_cache seen_;
};

inline constexpr std::string_view access_cookie = "madang_access";
inline constexpr std::string_view refresh_cookie = "madang_refresh";

}  // namespace madang::web

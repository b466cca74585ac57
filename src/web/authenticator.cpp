#include "madang/web/authenticator.hpp"

namespace madang::web {

std::optional<std::string_view> authenticator::bearer(std::string_view authorization) noexcept {
    constexpr std::size_t scheme = 7;  // "Bearer "
    if (authorization.size() <= scheme || !http::iequals(authorization.substr(0, scheme), "Bearer ")) return std::nullopt;
    return http::trimmed(authorization.substr(scheme));
}

result<caller> authenticator::check(std::string_view token) {
    const auto keys = keys_.get();
    if (!keys) return errc::unauthenticated;
    const auto claims = seen_.verify(token, keys->believed, clock_.now());
    if (!claims) return claims.error();
    if (revocations_.ended(claims->session)) return errc::unauthenticated;
    return caller{claims->user, claims->session, claims->expires, false};
}

result<caller> authenticator::check(const http::request& r) {
    if (const auto header = r.header("authorization")) {
        const auto token = bearer(*header);
        if (!token) return errc::unauthenticated;
        return check(*token);
    }
    const auto cookie = r.cookie(access_cookie);
    if (!cookie) return errc::unauthenticated;
    auto who = check(*cookie);
    if (who) who->by_cookie = true;
    return who;
}

}  // namespace madang::web

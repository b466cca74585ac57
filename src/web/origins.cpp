#include "origins.hpp"

#include <algorithm>

namespace madang::web {

bool origins::allowed(std::string_view origin, const http::request& r) const {
    const auto same = [&](std::string_view other) { return http::iequals(origin, other); };
    if (std::any_of(settings_.allowed_origins.begin(), settings_.allowed_origins.end(), same)) return true;
    if (!settings_.public_origin.empty()) return same(settings_.public_origin);
    // Without a public URL the page was loaded from the Host itself, by the scheme that we, or a trusted proxy, were asked with.
    const auto host = r.header("host");
    const std::string_view scheme = r.secure ? "https://" : "http://";
    return host && !host->empty() && origin.starts_with(scheme) && http::iequals(origin.substr(scheme.size()), *host);
}

void origins::answer(const http::request& r, http::response& to) const {
    const auto origin = r.header("origin");
    if (!origin) return;
    to.with("Vary", "Origin");
    if (!allowed(*origin, r)) return;
    to.with("Access-Control-Allow-Origin", std::string{*origin});
    to.with("Access-Control-Allow-Credentials", "true");
    to.with("Access-Control-Expose-Headers", "Location, Retry-After, X-Request-Id");
}

}  // namespace madang::web

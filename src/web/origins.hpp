// Which origins may use cookies, open WebSockets and read answers (contract, chapter 2).
#pragma once

#include "madang/protocol/http/message.hpp"
#include "madang/web/settings.hpp"

#include <optional>
#include <string_view>

namespace madang::web {

class origins {
public:
    explicit origins(const settings& s) : settings_(s) {}

    // That of server.public_url, else the one that the Host header names, plus server.allowed_origins.
    [[nodiscard]] bool allowed(std::string_view origin, const http::request& r) const;
    // False: the request names an origin, and it is a stranger.
    [[nodiscard]] bool acceptable(const http::request& r) const {
        const auto origin = r.header("origin");
        return !origin || allowed(*origin, r);
    }
    // Access-Control-* for an allowed foreign origin.
    void answer(const http::request& r, http::response& to) const;

private:
    const settings& settings_;
};

}  // namespace madang::web

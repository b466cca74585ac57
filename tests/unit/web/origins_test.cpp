#include "origins.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::web;

namespace {

http::request from(std::string host, bool secure = false) {
    http::request r;
    r.headers = {{"Host", std::move(host)}};
    r.secure = secure;
    return r;
}

settings with_public(std::string origin, std::vector<std::string> more = {}) {
    settings s;
    s.public_origin = std::move(origin);
    s.allowed_origins = std::move(more);
    return s;
}

}  // namespace

TEST_CASE("without a public URL the page's own origin is the Host, by the scheme of the request") {
    const settings s;
    const origins o{s};
    REQUIRE(o.allowed("http://chat.example:8080", from("chat.example:8080")));
    REQUIRE(o.allowed("http://Chat.Example", from("chat.example")));
    REQUIRE(o.allowed("https://chat.example", from("chat.example", true)));
    REQUIRE_FALSE(o.allowed("http://chat.example", from("chat.example", true)));
    REQUIRE_FALSE(o.allowed("https://chat.example", from("chat.example")));
    REQUIRE_FALSE(o.allowed("http://evil.example", from("chat.example")));
    REQUIRE_FALSE(o.allowed("http://chat.example.evil", from("chat.example")));
    REQUIRE_FALSE(o.allowed("http://chat.example:81", from("chat.example")));
    for (const auto* strange : {"null", "", "http://", "chat.example"}) {
        REQUIRE_FALSE(o.allowed(strange, from("chat.example")));
        REQUIRE_FALSE(o.allowed(strange, from("")));
    }
}

TEST_CASE("with a public URL the Host says nothing") {
    const auto s = with_public("https://chat.example", {"https://app.example"});
    const origins o{s};
    REQUIRE(o.allowed("https://chat.example", from("10.0.0.1:8080")));
    REQUIRE(o.allowed("https://app.example", from("10.0.0.1:8080")));
    REQUIRE_FALSE(o.allowed("http://10.0.0.1:8080", from("10.0.0.1:8080")));
}

TEST_CASE("further origins are allowed also without a public URL") {
    const auto s = with_public("", {"https://app.example"});
    const origins o{s};
    REQUIRE(o.allowed("https://app.example", from("chat.example")));
    REQUIRE(o.allowed("http://chat.example", from("chat.example")));
}

TEST_CASE("a request without an origin is acceptable, one of a stranger is not") {
    const auto s = with_public("https://chat.example");
    const origins o{s};
    auto r = from("chat.example");
    REQUIRE(o.acceptable(r));
    r.headers.emplace_back("Origin", "https://evil.example");
    REQUIRE_FALSE(o.acceptable(r));
    r.headers.back().second = "https://chat.example";
    REQUIRE(o.acceptable(r));
}

TEST_CASE("CORS answers an allowed origin by its name, a stranger not at all, and caches keep them apart") {
    const auto s = with_public("https://chat.example");
    const origins o{s};
    const auto answered = [&](const std::string& origin) {
        auto r = from("chat.example");
        if (!origin.empty()) r.headers.emplace_back("Origin", origin);
        http::response to{200};
        o.answer(r, to);
        return std::vector<std::pair<std::string, std::string>>{to.headers};
    };
    REQUIRE(answered("").empty());
    REQUIRE(answered("https://evil.example") == std::vector{std::pair<std::string, std::string>{"Vary", "Origin"}});
    const auto allowed = answered("https://chat.example");
    const auto has = [&](const char* name, const char* value) {
        return std::find(allowed.begin(), allowed.end(), std::pair<std::string, std::string>{name, value}) != allowed.end();
    };
    REQUIRE(has("Vary", "Origin"));
    REQUIRE(has("Access-Control-Allow-Origin", "https://chat.example"));
    REQUIRE(has("Access-Control-Allow-Credentials", "true"));
}

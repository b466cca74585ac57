#include "madang/protocol/http/message.hpp"

#include "catch.hpp"

using namespace madang;

TEST_CASE("cookies and headers are found whatever their case") {
    http::request r;
    r.headers = {{"Cookie", "a=1; madang_access=x.y=z"}, {"X-Thing", "first"}, {"x-thing", "second"}};
    REQUIRE(r.header("x-THING") == "first");
    REQUIRE(r.cookie("madang_access") == "x.y=z");
    REQUIRE_FALSE(r.cookie("madang").has_value());
}

TEST_CASE("several headers of one name are one list") {
    http::request r;
    r.headers = {{"X-Thing", "a, b"}, {"X-Other", "x"}, {"x-thing", "c"}};
    REQUIRE(r.list("X-THING") == "a, b,c");
    REQUIRE(r.list("x-other") == "x");
    REQUIRE(r.list("x-none").empty());
}

TEST_CASE("query parameters are decoded") {
    http::request r;
    r.query = "query=%EB%A7%88+x&limit=5&&flag";
    REQUIRE(r.parameter("query") == "마 x");
    REQUIRE(r.parameter("flag") == "");
    REQUIRE_FALSE(r.parameter("none").has_value());
    REQUIRE(r.parameter_names() == std::vector<std::string>{"query", "limit", "flag"});
    REQUIRE_FALSE(http::percent_decoded("%4", false).has_value());
    REQUIRE(http::percent_decoded("%41", false) == "A");
}

TEST_CASE("an answer is one piece of bytes, with its length") {
    http::response r{200, "text/plain", "hi"};
    const auto bytes = http::serialise(r, false, true, "D");
    REQUIRE(bytes == "HTTP/1.1 200 OK\r\nDate: D\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi");
    REQUIRE(http::serialise(r, true, true, "D").find("hi") == std::string::npos);
    REQUIRE(http::serialise(http::response{204}, false, true, "D").find("Content-Length") == std::string::npos);
}

TEST_CASE("dates are IMF-fixdate") { REQUIRE(http::http_date(1795336200) == "Sun, 22 Nov 2026 08:30:00 GMT"); }

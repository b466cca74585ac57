#include "madang/config/values.hpp"

#include "parse.hpp"

#include "catch.hpp"

using namespace madang::config;
using namespace std::chrono_literals;

TEST_CASE("a duration has a unit, or is seconds") {
    CHECK(parse_duration("500ms") == 500ms);
    CHECK(parse_duration("30s") == 30s);
    CHECK(parse_duration("5m") == 5min);
    CHECK(parse_duration("2h") == 2h);
    CHECK(parse_duration("14d") == 24h * 14);
    CHECK(parse_duration("30") == 30s);
    CHECK(parse_duration("0.25") == 250ms);
    CHECK(parse_duration("1.5 h") == 90min);
    CHECK(parse_duration("0") == 0ms);
    for (const auto* wrong :
         {"", "s", "-1s", "+1", "1e3", "inf", "nan", "1m30s", "1w", "1..5", "5M", ".", "99999999999999999999d"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_duration(wrong));
    }
}

TEST_CASE("a duration is written in its largest whole unit") {
    CHECK(duration_text(0ms) == "0s");
    CHECK(duration_text(1ms) == "1ms");
    CHECK(duration_text(1500ms) == "1500ms");
    CHECK(duration_text(90s) == "90s");
    CHECK(duration_text(24h * 14) == "14d");
}

TEST_CASE("a size has a binary unit, or is bytes") {
    CHECK(parse_bytes("1MiB") == std::size_t{1} << 20);
    CHECK(parse_bytes("64KiB") == std::size_t{64} << 10);
    CHECK(parse_bytes("1.5KiB") == std::size_t{1536});
    CHECK(parse_bytes("17") == std::size_t{17});
    CHECK(bytes_text(std::size_t{1} << 20) == "1MiB");
    CHECK(bytes_text(1536) == "1536");
    CHECK(bytes_text(0) == "0");
    for (const auto* wrong : {"", "1MB", "1mib", "-1", "0.5", "1.3KiB", "9999999TiB", "KiB"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_bytes(wrong));
    }
}

TEST_CASE("an address is host and port, with brackets around IPv6") {
    CHECK(parse_address("127.0.0.1:8080") == address{"127.0.0.1", 8080});
    CHECK(parse_address("[::1]:8080") == address{"::1", 8080});
    CHECK(parse_address("localhost:0") == address{"localhost", 0});
    CHECK(to_string(address{"::1", 80}) == "[::1]:80");
    for (const auto* wrong : {"", "8080", ":8080", "host", "host:", "host:65536", "host:-1", "::1:8080", "[::1]", "[x]:1",
                              "a b:1", "host:1x", "[::1:80"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_address(wrong));
    }
}

TEST_CASE("a network holds its addresses, also when IPv4 comes mapped into IPv6") {
    using boost::asio::ip::make_address;
    const auto ten = parse_network("10.1.2.3/8");
    REQUIRE(ten);
    CHECK(to_string(*ten) == "10.0.0.0/8");
    CHECK(ten->contains(make_address("10.255.0.1")));
    CHECK(ten->contains(make_address("::ffff:10.0.0.1")));
    CHECK_FALSE(ten->contains(make_address("11.0.0.1")));
    CHECK_FALSE(ten->contains(make_address("::1")));
    CHECK(parse_network("0.0.0.0/0")->contains(make_address("8.8.8.8")));
    CHECK(parse_network("127.0.0.1")->prefix == 32);
    CHECK(parse_network("fd00::1/8")->contains(make_address("fdff::2")));
    CHECK_FALSE(parse_network("::1")->contains(make_address("::2")));
    for (const auto* wrong : {"", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1", "proxy", "fe80::1%lo"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_network(wrong));
    }
}

TEST_CASE("a Redis URL has a host, and may have user, password, port and database") {
    const redis_server plain{{"host", 6379}, "", "", 0};
    CHECK(parse_redis("redis://host") == plain);
    CHECK(parse_redis("redis://host:6379/") == plain);
    CHECK(parse_redis("redis://:p%40ss:w@host") == redis_server{{"host", 6379}, "", "p@ss:w", 0});
    CHECK(parse_redis("redis://me:secret@[::1]:7000/3") == redis_server{{"::1", 7000}, "me", "secret", 3});
    for (const auto* bad : {"", "host", "rediss://host", "redis://", "redis://host:0", "redis://host:x", "redis://host/x",
                            "redis://host/-1", "redis://:%4@host", "redis://:%zz@host", "redis://a b"})
        CHECK_FALSE(parse_redis(bad).has_value());
    for (const auto* good : {"redis://host:6379", "redis://me:p%40ss@host:7000/3", "redis://:%2F@[::1]:1"})
        CHECK(to_string(*parse_redis(good)) == good);
}

TEST_CASE("an origin is stored as a browser sends it") {
    CHECK(parse_origin("https://Chat.Example/") == "https://chat.example");
    CHECK(parse_origin("https://chat.example:443") == "https://chat.example");
    CHECK(parse_origin("http://[::1]:8080") == "http://[::1]:8080");
    for (const auto* wrong : {"", "chat.example", "ftp://chat.example", "https://", "https:///", "https://a/b", "https://a?b",
                              "http://a:0", "https://u:p@a", "https://a:x", "*", "null"}) {
        CAPTURE(wrong);
        CHECK_FALSE(parse_origin(wrong));
    }
}

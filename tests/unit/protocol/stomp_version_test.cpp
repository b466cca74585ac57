#include "madang/protocol/stomp/heart_beat.hpp"
#include "madang/protocol/stomp/version.hpp"

#include "catch.hpp"

using namespace madang::stomp;
using namespace std::chrono_literals;

TEST_CASE("the highest version in common is chosen, in whatever order", "[stomp]") {
    REQUIRE(negotiate("1.0,1.1,1.2") == version::v12);
    REQUIRE(negotiate("1.2,1.1,1.0") == version::v12);
    REQUIRE(negotiate("1.0,1.1,2.0") == version::v11);
    REQUIRE(negotiate("1.0") == version::v10);
    REQUIRE(negotiate("1.0, 1.1") == version::v11);
}

TEST_CASE("without accept-version a client speaks 1.0", "[stomp]") { REQUIRE(negotiate(std::nullopt) == version::v10); }

TEST_CASE("no version in common is no version", "[stomp]") {
    REQUIRE_FALSE(negotiate("2.0"));
    REQUIRE_FALSE(negotiate(""));
    REQUIRE_FALSE(negotiate(","));
    REQUIRE_FALSE(negotiate("1.22,01.2,1"));
}

TEST_CASE("the highest subprotocol that was offered is chosen, never another", "[stomp]") {
    REQUIRE(choose_subprotocol("v10.stomp, v11.stomp, v12.stomp") == version::v12);
    REQUIRE(choose_subprotocol("v12.stomp,v11.stomp,v10.stomp") == version::v12);
    REQUIRE(choose_subprotocol("v11.stomp, mqtt") == version::v11);
    REQUIRE_FALSE(choose_subprotocol("mqtt"));
    REQUIRE_FALSE(choose_subprotocol("stomp, v12.STOMP"));
    REQUIRE_FALSE(choose_subprotocol(""));
    REQUIRE(subprotocol(version::v12) == "v12.stomp");
    REQUIRE(to_string(version::v11) == "1.1");
}

TEST_CASE("a heart-beat header is two numbers of milliseconds", "[stomp]") {
    REQUIRE(parse_heart_beat("10000,5000") == heart_beat_offer{10s, 5s});
    REQUIRE(parse_heart_beat("0,0") == heart_beat_offer{});
    REQUIRE(parse_heart_beat(std::nullopt) == heart_beat_offer{});
    REQUIRE(parse_heart_beat("86400000,0") == heart_beat_offer{24h, 0ms});
    REQUIRE(to_string(heart_beat_offer{10s, 5s}) == "10000,5000");
}

TEST_CASE("other heart-beat headers are malformed", "[stomp]") {
    for (const auto* value : {"", ",", "1", "1,", ",1", "1,2,3", "-1,0", "+1,0", "1, 2", " 1,2", "1.5,2", "a,b", "86400001,0",
                              "0,86400001", "99999999999999999999,0"}) {
        INFO(value);
        REQUIRE_FALSE(parse_heart_beat(value));
    }
}

TEST_CASE("heart-beats go at the slower of what one can and the other wants", "[stomp]") {
    const heart_beat_offer ours{10s, 10s};
    REQUIRE(agree(ours, {5s, 20s}) == heart_beat_plan{20s, 10s});
    REQUIRE(agree(ours, {30s, 1s}) == heart_beat_plan{10s, 30s});
    REQUIRE(agree(ours, {0s, 10s}) == heart_beat_plan{10s, 0s});
    REQUIRE(agree(ours, {10s, 0s}) == heart_beat_plan{0s, 10s});
    REQUIRE(agree({0s, 0s}, {10s, 10s}) == heart_beat_plan{});
}

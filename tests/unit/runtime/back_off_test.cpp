#include "madang/runtime/back_off.hpp"

#include <set>

#include "catch.hpp"

using namespace std::chrono_literals;
using madang::runtime::back_off;

TEST_CASE("pauses double with each failure up to the longest, and half of each is chance") {
    back_off pauses{50ms, 1000ms, 7};
    for (const auto whole : {50ms, 100ms, 200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        pauses.fails();
        std::set<std::chrono::milliseconds> drawn;
        for (int i = 0; i < 200; ++i) drawn.insert(pauses.pause());
        REQUIRE(*drawn.begin() >= whole / 2);
        REQUIRE(*drawn.rbegin() <= whole);
        REQUIRE(drawn.size() > 10);
    }
    for (int i = 0; i < 1000; ++i) pauses.fails();
    REQUIRE(pauses.pause() >= 500ms);
    REQUIRE(pauses.pause() <= 1000ms);
}

TEST_CASE("what works begins anew with the first pause") {
    back_off pauses{100ms, 5000ms, 7};
    REQUIRE_FALSE(pauses.is_failing());
    for (int i = 0; i < 5; ++i) pauses.fails();
    REQUIRE(pauses.is_failing());
    REQUIRE(pauses.pause() >= 800ms);
    pauses.works();
    REQUIRE_FALSE(pauses.is_failing());
    pauses.fails();
    REQUIRE(pauses.pause() <= 100ms);
}

TEST_CASE("those who failed together do not come back together") {
    back_off one{1000ms, 5000ms}, other{1000ms, 5000ms};
    one.fails();
    other.fails();
    int apart = 0;
    for (int i = 0; i < 20; ++i) apart += one.pause() != other.pause() ? 1 : 0;
    REQUIRE(apart > 10);
}

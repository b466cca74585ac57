#include "madang/runtime/rate_limiter.hpp"

#include "catch.hpp"

using namespace madang;
using namespace std::chrono_literals;
using runtime::rate_limiter;

namespace {
const steady_time start{1000s};
}

TEST_CASE("a burst passes at once, the next one waits for its share") {
    rate_limiter limiter{{.count = 20, .per = 1s, .burst = 40}};
    for (int i = 0; i < 40; ++i) REQUIRE(limiter.take("u", start).allowed);
    const auto refused = limiter.take("u", start);
    REQUIRE_FALSE(refused.allowed);
    REQUIRE(refused.retry_after >= 50ms);
    REQUIRE(refused.retry_after <= 52ms);
    REQUIRE(limiter.take("u", start + 51ms).allowed);
    REQUIRE_FALSE(limiter.take("u", start + 52ms).allowed);
}

TEST_CASE("keys do not share their allowance") {
    rate_limiter limiter{{.count = 1, .per = 1s, .burst = 1}};
    REQUIRE(limiter.take("a", start).allowed);
    REQUIRE(limiter.take("b", start).allowed);
    REQUIRE_FALSE(limiter.take("a", start).allowed);
}

TEST_CASE("looking takes nothing, and forgetting gives everything back") {
    rate_limiter limiter{{.count = 2, .per = 900s, .burst = 2}};
    for (int i = 0; i < 5; ++i) REQUIRE(limiter.look("a", start).allowed);
    limiter.take("a", start);
    limiter.take("a", start);
    REQUIRE_FALSE(limiter.look("a", start).allowed);
    limiter.forget("a");
    REQUIRE(limiter.look("a", start).allowed);
}

TEST_CASE("a count of zero switches the limit off") {
    rate_limiter limiter{{.count = 0, .per = 1s, .burst = 0}};
    for (int i = 0; i < 1000; ++i) REQUIRE(limiter.take("a", start).allowed);
}

TEST_CASE("a full table forgets whole allowances first and then lets new keys pass") {
    rate_limiter limiter{{.count = 1, .per = 1s, .burst = 1}, 16};
    for (int i = 0; i < 10'000; ++i) REQUIRE(limiter.take(std::int64_t{i}, start).allowed);
    REQUIRE(limiter.take(std::int64_t{5}, start + 2s).allowed);
}

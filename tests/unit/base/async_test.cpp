// The canary for GCC 12.2's coroutine fault (PR107288): what we pass into a coroutine is destroyed as often as it was built.
#include "madang/base/async.hpp"
#include "madang/base/clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "catch.hpp"

using namespace madang;

namespace {

int alive = 0;

struct counted {
    counted() { ++alive; }
    counted(const counted&) { ++alive; }
    counted(counted&&) noexcept { ++alive; }
    counted& operator=(const counted&) = default;
    counted& operator=(counted&&) noexcept = default;
    ~counted() { --alive; }
};

task<int> takes(counted thing, std::string text) {
    (void)thing;
    co_return static_cast<int>(text.size());
}

task<> caller(int& out) {
    counted thing;
    std::string text(100, 'x');
    out = co_await takes(std::move(thing), std::move(text));
}

}  // namespace

TEST_CASE("a named value moved into a coroutine is destroyed once") {
    asio::io_context io;
    int out = 0;
    executor strand{io.get_executor()};
    asio::co_spawn(strand, caller(out), asio::detached);
    io.run();
    REQUIRE(out == 100);
    REQUIRE(alive == 0);
}

TEST_CASE("times are RFC 3339 in UTC with milliseconds") {
    REQUIRE(to_rfc3339(timestamp{std::chrono::milliseconds{1795336200123}}) == "2026-11-22T08:30:00.123Z");
}

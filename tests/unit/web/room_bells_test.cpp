#include "madang/web/room_bells.hpp"

#include <barrier>
#include <thread>

#include "catch.hpp"

using namespace madang;
using namespace madang::web;

TEST_CASE("the last bells of a room are taken down by two threads at once") {
    asio::io_context io;
    const executor strand{io.get_executor()};
    listening told;
    room_bells bells{told};
    constexpr room_id room{7};
    constexpr int times = 1000;
    std::shared_ptr<bell> mine;
    std::shared_ptr<bell> theirs;
    std::barrier together{2};
    std::thread other{[&] {
        for (int i = 0; i < times; ++i) {
            together.arrive_and_wait();
            theirs.reset();
            together.arrive_and_wait();
        }
    }};
    bool any_left = false;
    for (int i = 0; i < times; ++i) {
        mine = bells.hang(room, strand);
        theirs = bells.hang(room, strand);
        together.arrive_and_wait();
        mine.reset();
        together.arrive_and_wait();
        any_left = any_left || bells.any(room);
    }
    other.join();
    REQUIRE_FALSE(any_left);
}

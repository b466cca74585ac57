#include "madang/domain/read_digest.hpp"

#include "fake_audience.hpp"
#include "fake_rooms.hpp"

#include "await.hpp"
#include "catch.hpp"

using namespace madang;
using namespace madang::domain;
using namespace madang::domain::test;
using namespace std::chrono_literals;

namespace {

constexpr user_id ann{1};
constexpr user_id bob{2};

struct digest_bench {
    digest_bench() { rooms.counts[the_room] = 3; }

    void turn() {
        io.restart();
        io.poll();
    }
    // Until so many digests are out.
    void turn_until(std::size_t digests) {
        madang::test::await(io, [&] { return listeners.digests.size() >= digests; });
    }

    asio::io_context io;
    fake_room_store rooms;
    fake_audience listeners;
    read_digest digest{executor{io.get_executor()}, rooms, listeners};
};

using marks = std::map<user_id, ordinal_t>;

}  // namespace

TEST_CASE("the first mark goes at once; those of the next second are merged into one digest") {
    digest_bench b;
    const auto start = std::chrono::steady_clock::now();
    b.digest.add(the_room, ann, 3);
    b.turn();
    REQUIRE(b.listeners.digests == std::vector{marks{{ann, 3}}});
    b.digest.add(the_room, ann, 5);
    b.digest.add(the_room, bob, 4);
    b.digest.add(the_room, ann, 4);  // late: a mark never goes back
    b.turn();
    REQUIRE(b.listeners.digests.size() == 1);
    b.turn_until(2);
    REQUIRE(std::chrono::steady_clock::now() - start >= read_digest::interval);
    REQUIRE(b.listeners.digests.at(1) == marks{{ann, 5}, {bob, 4}});
}

TEST_CASE("rooms do not wait for each other") {
    digest_bench b;
    const room_id other{6};
    b.rooms.counts[other] = 2;
    b.digest.add(the_room, ann, 1);
    b.turn();
    b.digest.add(other, bob, 1);
    b.turn_until(2);
    REQUIRE(b.listeners.digests == std::vector{marks{{ann, 1}}, marks{{bob, 1}}});
}

TEST_CASE("a room of more than a hundred members gets no digests, one of a hundred does") {
    digest_bench b;
    b.rooms.counts[the_room] = read_digest::most_members + 1;
    b.digest.add(the_room, ann, 1);
    const room_id smaller{6};
    b.rooms.counts[smaller] = read_digest::most_members;
    b.digest.add(smaller, bob, 1);
    b.turn();
    REQUIRE(b.listeners.digests == std::vector{marks{{bob, 1}}});
}

TEST_CASE("where nobody reads along nothing is kept") {
    digest_bench b;
    b.listeners.reading = false;
    b.digest.add(the_room, ann, 1);
    b.listeners.reading = true;
    b.turn();
    REQUIRE(b.listeners.digests.empty());
}

TEST_CASE("a room that was quiet for a second is forgotten, and the timer rests") {
    digest_bench b;
    b.digest.add(the_room, ann, 1);
    b.io.run_for(3s);  // ends when nothing is left to wait for
    REQUIRE(b.io.stopped());
    b.digest.add(the_room, ann, 2);
    b.turn();
    REQUIRE(b.listeners.digests.size() == 2);
}

TEST_CASE("after stop() no digest goes out") {
    digest_bench b;
    b.digest.stop();
    b.digest.add(the_room, ann, 1);
    b.turn();
    REQUIRE(b.listeners.digests.empty());
}

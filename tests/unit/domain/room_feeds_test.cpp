#include "madang/domain/room_feeds.hpp"

#include "fake_audience.hpp"
#include "fake_rooms.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "await.hpp"
#include "catch.hpp"

using namespace madang;
using namespace madang::domain;
using namespace madang::domain::test;
using namespace std::chrono_literals;

namespace {

struct feeds_bench {
    asio::io_context io;
    fake_room_store rooms;
    fake_audience listeners;
    room_feeds feeds{executor{io.get_executor()}, rooms, listeners};

    void commit_seqs(std::int64_t room, const std::vector<seq_t>& seqs) {
        std::vector<commit> batch;
        for (const auto seq : seqs) batch.push_back(committed(room, seq));
        feeds.committed(std::move(batch));
        turn();
    }
    void turn() {
        io.restart();
        io.poll();
    }
    bool check(std::vector<std::int64_t> rooms_to_check) {
        std::vector<room_id> ids;
        for (const auto id : rooms_to_check) ids.push_back(room_id{id});
        auto done = asio::co_spawn(executor{io.get_executor()}, feeds.check(std::move(ids)), asio::use_future);
        turn();
        return done.get().has_value();
    }
    // For what comes in its own time.
    template <class Done>
    void turn_until(Done done) {
        madang::test::await(io, done);
    }
    void turn_for(std::chrono::milliseconds t) {
        io.restart();
        io.run_for(t);
    }
};

using seqs = std::vector<seq_t>;

}  // namespace

TEST_CASE("commits reach the listeners in seq order") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}, room_id{2}};
    b.commit_seqs(1, {1, 2});
    b.commit_seqs(2, {7});
    b.commit_seqs(1, {3});
    REQUIRE(b.listeners.seqs(1) == seqs{1, 2, 3});
    REQUIRE(b.listeners.seqs(2) == seqs{7});
}

TEST_CASE("an event that comes early waits for its predecessor, and the store is not asked") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}};
    b.commit_seqs(1, {1, 3});
    REQUIRE(b.listeners.seqs(1) == seqs{1});
    b.commit_seqs(1, {2});
    REQUIRE(b.listeners.seqs(1) == seqs{1, 2, 3});
    b.turn_for(room_feeds::patience + 20ms);
    REQUIRE(b.rooms.asked.empty());
}

TEST_CASE("a gap is read from the store when patience ends, not more than what is missing") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}, room_id{2}};
    b.rooms.fill(1, 9);
    b.rooms.fill(2, 3);
    b.commit_seqs(1, {1, 5});
    b.commit_seqs(2, {1, 3});
    b.turn_for(room_feeds::patience + 30ms);
    REQUIRE(b.listeners.seqs(1) == seqs{1, 2, 3, 4, 5});
    REQUIRE(b.listeners.seqs(2) == seqs{1, 2, 3});
    REQUIRE(b.rooms.asked.size() == 2);
    REQUIRE(std::count(b.rooms.asked.begin(), b.rooms.asked.end(), std::tuple{room_id{1}, seq_t{1}, std::size_t{3}}) == 1);
    b.commit_seqs(1, {3, 6});
    REQUIRE(b.listeners.seqs(1) == seqs{1, 2, 3, 4, 5, 6});
}

TEST_CASE("a later gap is repaired too") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}};
    b.rooms.fill(1, 9);
    b.commit_seqs(1, {1, 3});
    b.turn_for(room_feeds::patience + 30ms);
    b.commit_seqs(1, {6});
    b.turn_for(room_feeds::patience + 30ms);
    REQUIRE(b.listeners.seqs(1) == seqs{1, 2, 3, 4, 5, 6});
}

TEST_CASE("of several gaps in a room each is repaired, without another commit") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}};
    b.rooms.fill(1, 9);
    b.commit_seqs(1, {1, 3, 6, 9});
    b.turn_until([&] { return b.listeners.seqs(1).size() == 9; });
    REQUIRE(b.listeners.seqs(1) == seqs{1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("several gaps that the store cannot fill are all gone past") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}};
    b.rooms.broken = true;
    b.commit_seqs(1, {1, 3, 6});
    b.turn_until([&] { return b.listeners.seqs(1).size() == 3; });
    REQUIRE(b.listeners.seqs(1) == seqs{1, 3, 6});
}

TEST_CASE("where the store cannot fill a gap the feed goes on behind it: listeners repair it themselves") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}};
    b.rooms.broken = true;
    b.commit_seqs(1, {1, 5});
    b.turn_for(room_feeds::patience + 30ms);
    REQUIRE(b.listeners.seqs(1) == seqs{1, 5});
    b.commit_seqs(1, {6});
    REQUIRE(b.listeners.seqs(1) == seqs{1, 5, 6});
}

TEST_CASE("nothing is delivered for a room without listeners, and whoever comes next starts where the room is then") {
    feeds_bench b;
    b.commit_seqs(1, {1, 2});
    REQUIRE(b.listeners.delivered.empty());
    b.listeners.listened = {room_id{1}};
    b.commit_seqs(1, {7});
    REQUIRE(b.listeners.seqs(1) == seqs{7});
    b.listeners.listened.clear();
    b.commit_seqs(1, {8, 9});
    b.listeners.listened = {room_id{1}};
    b.commit_seqs(1, {12});
    REQUIRE(b.listeners.seqs(1) == seqs{7, 12});
    b.turn_for(room_feeds::patience + 20ms);
    REQUIRE(b.rooms.asked.empty());
}

TEST_CASE("who joined is told the room as they see it, if they are here; who left, that it is gone") {
    feeds_bench b;
    b.listeners.here = {user_id{1}, user_id{3}};
    b.rooms.sit(1, 5, 0, 1);
    b.rooms.sit(2, 5, 0, 1);
    commit c = committed(5, 1);
    c.joined = {user_id{1}, user_id{2}, user_id{3}};  // 2 is not here, 3 has left again meanwhile
    c.left = {user_id{4}};
    b.feeds.committed({c});
    b.turn();
    const std::map<user_id, std::string> told{b.listeners.told.begin(), b.listeners.told.end()};
    REQUIRE(b.listeners.told.size() == 2);
    REQUIRE(told.at(user_id{4}) == R"({"type":"room_removed","roomId":5})");
    REQUIRE(told.at(user_id{1}).starts_with(R"({"type":"room_added","room":{"id":5,"kind":"group","name":"of 1",)"));
    REQUIRE(b.listeners.seqs(5) == seqs{1});
}

TEST_CASE("a change of the audience without an event is delivered as well") {
    feeds_bench b;
    commit c = committed(5, 0);
    c.left = {user_id{4}};
    b.feeds.committed({c});
    b.turn();
    REQUIRE(b.listeners.seqs(5) == seqs{0});
}

TEST_CASE("after stop() gaps are left alone") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}};
    b.rooms.fill(1, 5);
    b.commit_seqs(1, {1, 5});
    b.feeds.stop();
    b.turn_for(room_feeds::patience + 20ms);
    REQUIRE(b.rooms.asked.empty());
}

TEST_CASE("a check reads what a feed missed, once for all listeners, and nothing where it is at the head") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}, room_id{2}};
    b.rooms.fill(1, 5);
    b.rooms.fill(2, 3);
    b.commit_seqs(1, {1, 2});
    b.commit_seqs(2, {1, 2, 3});
    REQUIRE(b.check({1, 2}));
    REQUIRE(b.listeners.seqs(1) == seqs{1, 2, 3, 4, 5});
    REQUIRE(b.listeners.seqs(2) == seqs{1, 2, 3});
    REQUIRE(b.rooms.asked.size() == 1);
    b.commit_seqs(1, {5, 6});
    REQUIRE(b.listeners.seqs(1) == seqs{1, 2, 3, 4, 5, 6});
}

TEST_CASE("a check of a feed that knows nothing yet tells the head, once") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}};
    b.rooms.fill(1, 5);
    REQUIRE(b.check({1}));
    REQUIRE(b.check({1}));
    REQUIRE(b.listeners.seqs(1) == seqs{0});
    REQUIRE(b.rooms.asked.empty());
    b.commit_seqs(1, {5, 6});
    REQUIRE(b.listeners.seqs(1) == seqs{0, 6});
}

TEST_CASE("a check lets what waited behind the gap pass, and passes over rooms without listeners") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}};
    b.rooms.fill(1, 6);
    b.rooms.fill(2, 6);
    b.commit_seqs(1, {1, 4});
    REQUIRE(b.check({1, 2}));
    REQUIRE(b.listeners.seqs(1) == seqs{1, 2, 3, 4, 5, 6});
    REQUIRE(b.listeners.seqs(2).empty());
}

TEST_CASE("a check says so when the store does not answer") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}};
    b.rooms.broken = true;
    REQUIRE_FALSE(b.check({1}));
}

TEST_CASE("what a check finds changes the audience as if it had been heard") {
    feeds_bench b;
    b.listeners.listened = {room_id{1}};
    b.rooms.fill(1, 1);
    b.commit_seqs(1, {1});
    event e = said(1, 2);
    e.body = member_left{user_id{9}};
    b.rooms.logs[room_id{1}].push_back(e);
    REQUIRE(b.check({1}));
    REQUIRE(b.listeners.left == std::vector{user_id{9}});
    REQUIRE(b.listeners.told.size() == 1);
}

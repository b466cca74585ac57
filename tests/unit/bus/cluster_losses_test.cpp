// What the nodes of a cluster do when the bus loses something.
#include "cluster_world.hpp"

using namespace madang;
using namespace madang::bus::test;

TEST_CASE("a lost event is found by the next one and read from the database") {
    world w;
    w.both_listen();
    w.commit(w.a);
    w.net.loses = [](auto, auto&) { return true; };
    w.commit(w.a);
    w.net.loses = [](auto, auto&) { return false; };
    w.commit(w.a);
    w.await([&] { return w.b.here.seqs(room).size() == 3; });
    REQUIRE(w.b.here.seqs(room) == up_to(3));
}

TEST_CASE("a lost last event is found by the pulse that follows") {
    world w{world::pulsing(50ms)};
    w.both_listen();
    w.commit(w.a);
    w.net.loses = [](auto, const std::string& text) { return text.find(" c ") != std::string::npos; };
    w.commit(w.a);
    w.await([&] { return w.b.here.seqs(room).size() == 2; });
    REQUIRE(w.b.here.seqs(room) == up_to(2));
}

TEST_CASE("what a node could not say is found when it can speak again, also when nothing follows") {
    world w{world::pulsing(50ms)};
    w.both_listen();
    SECTION("after something else") { w.commit(w.a); }
    SECTION("as its first word") { w.commit(w.b); }
    w.a.transport.speaks = false;
    w.commit(w.a);
    w.io.restart();
    w.io.run_for(250ms);  // longer than its pulses
    REQUIRE(w.b.here.seqs(room) == up_to(1));
    w.a.transport.speaks = true;
    w.await([&] { return w.b.here.seqs(room) == up_to(2); });
}

TEST_CASE("pulses cease when nothing is said any more") {
    auto o = world::quiet();
    o.pulse = 5ms;
    world w{o};
    w.commit(w.a);
    w.await([&] { return w.net.carried == 3; });  // itself and two pulses
    const auto until = std::chrono::steady_clock::now() + 50ms;
    w.io.restart();
    w.io.run_until(until);
    REQUIRE(w.net.carried == 3);
}

TEST_CASE("after an outage of the bus the rooms are compared with the database") {
    world w;
    w.both_listen();
    w.commit(w.a);
    w.b.transport.disconnect();
    w.turn();
    w.commit(w.a);
    w.commit(w.a);
    REQUIRE(w.b.here.seqs(room) == up_to(1));
    w.b.transport.connect();
    w.turn();
    REQUIRE(w.b.here.seqs(room) == up_to(3));
}

TEST_CASE("what a node says before its own way to the bus is back is found in the database, also when nothing follows") {
    auto o = world::pulsing(100ms);
    o.blind_poll = 100ms;
    world w{o};
    w.both_listen();
    w.commit(w.a);
    w.b.transport.disconnect();
    w.b.transport.connect();
    w.io.restart();
    w.io.run_for(250ms);  // what the return itself makes it ask is answered
    w.net.loses = [](auto, auto&) { return true; };
    w.commit(w.a);
    w.await([&] { return w.b.here.seqs(room) == up_to(2); });
}

TEST_CASE("what was lost before the outage was noticed is read when it is") {
    world w;
    w.both_listen();
    w.commit(w.a);
    w.net.loses = [](auto, auto&) { return true; };
    w.commit(w.a);
    REQUIRE(w.b.here.seqs(room) == up_to(1));
    w.b.transport.disconnect();
    w.turn();
    REQUIRE(w.b.here.seqs(room) == up_to(2));
}

TEST_CASE("without the bus the database is asked again and again") {
    world w{world::asking()};
    w.both_listen();
    w.commit(w.a);
    w.b.transport.disconnect();
    w.commit(w.a);
    w.await([&] { return w.b.here.seqs(room).size() == 2; });
    w.rooms.broken = true;  // the database, too, for a while
    w.commit(w.a);
    w.io.restart();
    w.io.run_for(30ms);
    REQUIRE(w.b.here.seqs(room) == up_to(2));
    w.rooms.broken = false;
    w.await([&] { return w.b.here.seqs(room).size() == 3; });
}

TEST_CASE("a room that was quiet since its listeners came is told where it stands, and they read for themselves") {
    world w;
    w.b.listen();
    w.turn();
    w.b.transport.disconnect();
    w.commit(w.a);
    w.b.transport.connect();
    w.turn();
    REQUIRE(w.b.here.seqs(room) == seqs{0});
}

TEST_CASE("who joined while the bus was away is found in the database, and told once") {
    world w{world::asking()};
    w.b.here.here.insert(user_id{5});
    w.b.cluster.in_user(user_id{5}, true);
    w.turn();
    w.b.transport.disconnect();
    w.rooms.sit(5, room, 2, 4);
    w.rooms.taken.push_back({user_id{5}, {room_id{room}, 2, 4}});
    w.await([&] { return !w.b.here.told.empty(); });
    REQUIRE_THAT(w.b.here.told.front().second, Catch::Contains("room_added"));
    w.io.restart();
    w.io.run_for(50ms);  // several more looks
    REQUIRE(w.b.here.told.size() == 1);
    REQUIRE(w.b.here.joined == std::vector{user_id{5}});
}

TEST_CASE("who joined while the bus and the database were away is found when both are back") {
    world w{world::asking()};
    w.b.here.here.insert(user_id{5});
    w.b.cluster.in_user(user_id{5}, true);
    w.turn();
    w.rooms.broken = true;
    w.b.transport.disconnect();
    w.rooms.sit(5, room, 2, 4);
    w.rooms.taken.push_back({user_id{5}, {room_id{room}, 2, 4}});
    w.b.transport.connect();
    w.turn();
    REQUIRE(w.b.here.told.empty());
    w.rooms.broken = false;
    w.await([&] { return !w.b.here.told.empty(); });
    REQUIRE_THAT(w.b.here.told.front().second, Catch::Contains("room_added"));
}

// What the broker promises to who cannot keep up.
#include "bench.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::broker;
using namespace madang::broker::test;

TEST_CASE("who falls behind too far is told once, and gets nothing after what did not fit") {
    bench b{1, small_outbox()};
    const auto ann = b.client(0);
    const auto bob = b.client(0);
    ann->listen("a", "room");
    bob->listen("b", "room");
    ann->slow = true;
    b.say("room", numbered(1, 60));
    b.turn();
    REQUIRE(ann->writing());
    std::vector<publication> batch;
    batch.push_back(of("room", numbered(2, 45)));  // does not fit
    batch.push_back(of("room", numbered(3, 10)));  // would fit, and would hide that 2 is missing
    batch.push_back(of("room", numbered(4, 20)));
    b.broker.publish(std::move(batch));
    b.io.restart();
    b.io.run_one();
    ann->slow = false;
    ann->drain();
    b.turn();
    REQUIRE(ann->told_too_slow == 1);
    REQUIRE(b.counted("madang_broker_too_slow_total") == 1);
    REQUIRE(ann->wire() == "a:" + numbered(1, 60)->tail);
    std::string all;
    for (const auto& m : {numbered(1, 60), numbered(2, 45), numbered(3, 10), numbered(4, 20)}) all += "b:" + m->tail;
    REQUIRE(bob->wire() == all);
}

TEST_CASE("typing is shed for who is behind, and only for them") {
    bench b{1, small_outbox()};
    const auto ann = b.client(0);
    const auto bob = b.client(0);
    ann->listen("a", "room");
    ann->listen("t", "typing");
    bob->listen("t", "typing");
    ann->slow = true;
    b.say("room", numbered(1, 50));
    b.broker.publish(of("typing", numbered(0, 0, true)));
    b.turn();
    REQUIRE(b.counted("madang_broker_shed_total") == 1);
    ann->drain();
    b.turn();
    b.broker.publish(of("typing", numbered(0, 0, true)));
    b.turn();
    REQUIRE(ann->wire() == "a:" + numbered(1, 50)->tail + "t:0;");
    REQUIRE(bob->wire() == "t:0;t:0;");
}

TEST_CASE("a session is told that it has room again, once, after it was behind") {
    bench b{1, small_outbox()};
    const auto ann = b.client(0);
    ann->slow = true;
    ann->s().send(std::string(10, 'x'));
    b.turn();
    ann->drain();
    b.turn();
    REQUIRE(ann->told_has_room == 0);
    for (int i = 0; i < 3; ++i) ann->s().send(std::string(20, 'x'));
    b.turn();
    REQUIRE(ann->s().backlog().behind());
    ann->drain();
    b.turn();
    REQUIRE(ann->told_has_room == 1);
    ann->drain();
    b.turn();
    REQUIRE(ann->told_has_room == 1);
}

TEST_CASE("who is too slow while others are being served takes nothing from them") {
    bench b{1, small_outbox()};
    std::vector<std::unique_ptr<fake_client>> all;
    for (int i = 0; i < 6; ++i) {
        all.push_back(b.client(0, i + 1));
        all.back()->slow = i % 2 == 0;
        all.back()->listen("a", "room");
    }
    std::string expected;
    for (seq_t seq = 1; seq <= 20; ++seq) {
        expected += "a:" + numbered(seq, 20)->tail;
        b.say("room", numbered(seq, 20));
        b.turn();
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        REQUIRE(all[i]->told_too_slow == (i % 2 == 0 ? 1 : 0));
        if (i % 2 != 0) REQUIRE(all[i]->wire() == expected);
    }
    REQUIRE(b.broker.sessions() == 3);
}

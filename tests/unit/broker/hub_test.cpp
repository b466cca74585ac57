// What the broker promises to who listens and is in time.
#include "bench.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::broker;
using namespace madang::broker::test;

TEST_CASE("everybody who listens gets a message under their own subscription, on every shard") {
    bench b{3};
    const auto ann = b.client(0, 1);
    const auto bob = b.client(1, 2);
    const auto eve = b.client(2, 3);
    ann->listen("a", "room");
    ann->listen("again", "room");
    bob->listen("b", "room");
    eve->listen("e", "elsewhere");
    b.say("room", numbered(1));
    b.turn();
    REQUIRE(ann->wire() == "a:1;again:1;");
    REQUIRE(bob->wire() == "b:1;");
    REQUIRE(eve->wire().empty());
    REQUIRE(b.counted("madang_broker_delivered_total") == 3);
}

TEST_CASE("messages arrive in the order in which they were published") {
    bench b{2};
    const auto ann = b.client(1);
    ann->listen("a", "room");
    std::string expected;
    std::vector<publication> batch;
    for (seq_t seq = 1; seq <= 50; ++seq) {
        expected += fmt::format("a:{};", seq);
        if (seq % 7 != 0) {
            batch.push_back(of("room", numbered(seq)));
            continue;
        }
        b.broker.publish(std::exchange(batch, {}));
        b.broker.publish(of("room", numbered(seq)));
    }
    b.broker.publish(std::move(batch));
    b.turn();
    REQUIRE(ann->wire() == expected);
}

TEST_CASE("what is published in one turn leaves in one write") {
    bench b;
    const auto ann = b.client(0);
    ann->listen("a", "room");
    ann->listen("b", "other");
    std::vector<publication> batch;
    batch.push_back(of("room", numbered(1)));
    batch.push_back(of("other", numbered(1)));
    batch.push_back(of("room", numbered(2)));
    b.broker.publish(std::move(batch));
    b.turn();
    REQUIRE(ann->writes == std::vector<std::string>{"a:1;b:1;a:2;"});
}

TEST_CASE("what arrives while a write is in flight leaves with the next one") {
    bench b;
    const auto ann = b.client(0);
    ann->listen("a", "room");
    ann->slow = true;
    for (seq_t seq = 1; seq <= 4; ++seq) {
        b.say("room", numbered(seq));
        b.turn();
    }
    REQUIRE(ann->writes == std::vector<std::string>{"a:1;"});
    ann->drain();
    b.turn();
    REQUIRE(ann->writes == std::vector<std::string>{"a:1;", "a:2;a:3;a:4;"});
}

TEST_CASE("only some sessions are flushed a turn, and what comes meanwhile joins the others' writes") {
    limits few;
    few.flushed_a_turn = 2;
    bench b{1, few};
    std::vector<std::unique_ptr<fake_client>> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(b.client(0, i + 1));
        all.back()->listen("a", "room");
    }
    b.say("room", numbered(1));
    b.io.run_one();  // the delivery
    b.say("room", numbered(2));
    b.turn();
    const auto in_one = std::vector<std::string>{"a:1;a:2;"};
    const auto in_two = std::vector<std::string>{"a:1;", "a:2;"};
    REQUIRE(std::count_if(all.begin(), all.end(), [&](const auto& c) { return c->writes == in_two; }) == 2);
    REQUIRE(std::count_if(all.begin(), all.end(), [&](const auto& c) { return c->writes == in_one; }) == 3);
}

TEST_CASE("a listener that is not started hears nothing, and misses nothing that was published meanwhile") {
    bench b{1};
    const auto ann = b.client(0);
    for (seq_t seq = 1; seq <= 3; ++seq) b.past.append("room", numbered(seq));
    const auto l = ann->s().listen(*ann->s().subscribe("a", "room", "a:"), "room");
    b.say("room", numbered(4));
    b.turn();
    REQUIRE(ann->wire().empty());
    REQUIRE(ann->s().start(l, 4, 3, 0));  // its owner read the head before 4 was committed
    b.turn();
    REQUIRE(ann->wire() == "a:4;");
    REQUIRE(l->now == listener::state::live);
}

TEST_CASE("who hears that the topic stands higher than what came reads the history, and who is there already does not") {
    bench b{1};
    const auto ann = b.client(0);
    const auto bob = b.client(0);
    for (seq_t seq = 1; seq <= 3; ++seq) b.past.append("room", numbered(seq));
    ann->listen("a", "room", 2, 1);
    bob->listen("b", "room", 4, 3);
    b.turn();
    const auto asked = b.past.asked();
    b.past.append("room", numbered(4));
    publication stands;
    stands.topic = "room";
    stands.head = 4;
    b.broker.publish(stands);
    b.turn();
    b.broker.publish(stands);
    b.turn();
    REQUIRE(ann->wire() == "a:2;a:3;a:4;");
    REQUIRE(bob->wire() == "b:4;");
    REQUIRE(b.past.asked() == asked + 2);
    b.say("room", numbered(5));
    b.turn();
    REQUIRE(bob->wire() == "b:4;b:5;");
}

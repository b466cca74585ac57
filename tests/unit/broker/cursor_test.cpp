// What the broker reads from the history for who is behind: once, in order, and no more than there is room for.
#include "bench.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::broker;
using namespace madang::broker::test;

TEST_CASE("who asks for what came after a position gets it from the history, then what is new") {
    bench b{1, small_outbox()};
    for (seq_t seq = 1; seq <= 10; ++seq) b.past.append("room", numbered(seq));
    const auto ann = b.client(0);
    const auto l = ann->listen("a", "room", 4, 10);
    REQUIRE(l->now == listener::state::catching_up);
    b.turn();
    REQUIRE(ann->wire() == "a:4;a:5;a:6;a:7;a:8;a:9;a:10;");
    REQUIRE(l->now == listener::state::live);
    b.say("room", numbered(11));
    b.turn();
    REQUIRE(ann->writes.back() == "a:11;");
    REQUIRE(b.counted("madang_broker_catch_ups_total") == 1);
}

TEST_CASE("who is at the head asks the history nothing") {
    bench b{1};
    const auto ann = b.client(0);
    ann->listen("a", "room", 11, 10);
    b.broker.publish(of("room", numbered(9)));
    b.broker.publish(of("room", numbered(10)));
    b.broker.publish(of("room", numbered(11)));
    b.turn();
    REQUIRE(ann->wire() == "a:11;");
    REQUIRE(b.past.asked() == 0);
}

TEST_CASE("a listener that notices a gap fills it from the history and goes on live") {
    bench b{1};
    const auto ann = b.client(0);
    for (seq_t seq = 1; seq <= 4; ++seq) b.past.append("room", numbered(seq));
    const auto l = ann->listen("a", "room", 5, 4);
    b.past.append("room", numbered(5));
    b.past.append("room", numbered(6));
    b.say("room", numbered(7));
    b.say("room", numbered(8));
    b.turn();
    REQUIRE(ann->wire() == "a:5;a:6;a:7;a:8;");
    REQUIRE(l->now == listener::state::live);
}

TEST_CASE("what is published while the history answers comes once and in order") {
    bench b{1, small_outbox()};
    for (seq_t seq = 1; seq <= 3; ++seq) b.past.append("room", numbered(seq));
    b.past.slow = true;
    const auto ann = b.client(0);
    ann->listen("a", "room", 1, 3);
    b.turn();
    REQUIRE(b.past.waiting() == 1);
    b.say("room", numbered(4));
    b.turn();
    b.past.answer();
    b.turn();
    REQUIRE(ann->wire() == "a:1;a:2;a:3;");  // 4 is known to be missing, and asked for
    b.past.append("room", numbered(5));
    b.past.answer();
    b.turn();
    b.broker.publish(of("room", numbered(5)));
    b.say("room", numbered(6));
    b.turn();
    b.past.answer_all();
    b.turn();
    REQUIRE(ann->wire() == "a:1;a:2;a:3;a:4;a:5;a:6;");
}

TEST_CASE("a cursor waits while the outbox has no room, asks nobody meanwhile, and goes on when it has drained") {
    bench b{1, small_outbox()};
    for (seq_t seq = 1; seq <= 20; ++seq) b.past.append("room", numbered(seq, 15));
    const auto ann = b.client(0);
    ann->slow = true;
    const auto l = ann->listen("a", "room", 1, 20);
    b.turn();
    const int asked = b.past.asked();
    REQUIRE(ann->s().backlog().behind());
    REQUIRE(ann->s().backlog().bytes() <= 100);
    b.turn();
    REQUIRE(b.past.asked() == asked);
    for (int i = 0; i < 100 && l->now != listener::state::live; ++i) {
        ann->drain();
        b.turn();
        REQUIRE(ann->s().backlog().bytes() <= 100);
    }
    ann->slow = false;
    ann->drain();
    b.turn();
    std::string expected;
    for (seq_t seq = 1; seq <= 20; ++seq) expected += "a:" + numbered(seq, 15)->tail;
    REQUIRE(ann->wire() == expected);
    REQUIRE(ann->told_too_slow == 0);
}

TEST_CASE("a history that fails is asked again") {
    bench b{1};
    b.past.append("room", numbered(1));
    b.past.failures = 1;
    const auto ann = b.client(0);
    const auto l = ann->listen("a", "room", 1, 1);
    b.turn();
    REQUIRE(ann->wire().empty());
    REQUIRE(b.past.asked() == 1);
    b.turn_until([&] { return l->now == listener::state::live; });
    b.turn();
    REQUIRE(ann->wire() == "a:1;");
}

TEST_CASE("unsubscribing or closing while the cursor reads is safe, and ends its messages") {
    bench b{1};
    for (seq_t seq = 1; seq <= 3; ++seq) b.past.append("room", numbered(seq));
    b.past.slow = true;
    auto ann = b.client(0);
    auto bob = b.client(0);
    ann->listen("a", "room", 1, 3);
    bob->listen("b", "room", 1, 3);
    b.turn();
    REQUIRE(b.past.waiting() == 2);
    REQUIRE(ann->s().unsubscribe("a"));
    bob->s().close();
    bob.reset();
    b.past.answer_all();
    b.turn();
    REQUIRE(ann->wire().empty());
    REQUIRE_FALSE(b.broker.has_listeners("room"));
}

TEST_CASE("who is being closed gets what is queued and nothing from its cursors") {
    bench b{1, small_outbox()};
    for (seq_t seq = 1; seq <= 20; ++seq) b.past.append("room", numbered(seq, 15));
    const auto ann = b.client(0);
    ann->slow = true;
    ann->listen("a", "room", 1, 20);
    b.turn();
    REQUIRE(ann->s().backlog().behind());
    const int asked = b.past.asked();
    ann->s().unsubscribe_all();
    for (int i = 0; i < 20; ++i) {
        ann->drain();
        b.turn();
    }
    REQUIRE(ann->s().backlog().empty());
    REQUIRE(b.past.asked() == asked);
    REQUIRE(ann->s().subscriptions() == 0);
    REQUIRE_FALSE(b.broker.has_listeners("room"));
}

TEST_CASE("who leaves while the cursor is behind gets what came before, the leave as the last message, and no more") {
    bench b{1, small_outbox()};
    const auto ann = b.client(0, 7);
    for (seq_t seq = 1; seq <= 3; ++seq) b.past.append("room", numbered(seq));
    b.past.slow = true;
    const auto l = ann->listen("a", "room", 1, 3);
    b.turn();
    b.leave("room", 4, user_id{7});
    b.say("room", numbered(5));
    b.turn();
    b.past.slow = false;
    b.past.answer_all();
    b.turn();
    b.say("room", numbered(6));
    b.turn();
    REQUIRE(ann->wire() == "a:1;a:2;a:3;a:4;");
    REQUIRE(l->now == listener::state::gone);
    REQUIRE_FALSE(b.broker.has_listeners("room"));
}

TEST_CASE("who comes back before the cursor has come to the leaving hears nothing of the time between") {
    bench b{1};
    const auto ann = b.client(0, 7);
    ann->s().subscribe("all", "/user/queue/rooms", "all:")->follows = true;
    b.past.slow = true;
    b.join("room", numbered(1), user_id{7});
    b.turn();
    b.leave("room", 2, user_id{7});
    b.say("room", numbered(3));
    b.join("room", numbered(4), user_id{7});
    b.say("room", numbered(5));
    b.turn();
    b.past.slow = false;
    b.past.answer_all();
    b.turn();
    b.say("room", numbered(6));
    b.turn();
    REQUIRE(ann->wire() == "all:1;all:2;all:4;all:5;all:6;");
}

TEST_CASE("closing while the cursor waits for room is safe") {
    bench b{1, small_outbox()};
    for (seq_t seq = 1; seq <= 10; ++seq) b.past.append("room", numbered(seq, 15));
    auto ann = b.client(0);
    ann->slow = true;
    const auto l = ann->listen("a", "room", 1, 10);
    b.turn();
    REQUIRE(l->waiting != nullptr);
    ann->s().close();
    ann.reset();
    b.turn();
    REQUIRE(l->now == listener::state::gone);
    REQUIRE(l->waiting == nullptr);
}

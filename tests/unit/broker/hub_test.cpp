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

TEST_CASE("who joins hears from the joining on, and only where they follow") {
    bench b{2};
    const auto follows = b.client(0, 7);
    follows->s().subscribe("all", "/user/queue/rooms", "all:")->follows = true;
    const auto idle = b.client(1, 7);
    idle->s().subscribe("x", "elsewhere", "x:");
    for (seq_t seq = 1; seq <= 4; ++seq) b.say("room", numbered(seq));
    b.join("room", numbered(5), user_id{7});
    b.turn();
    b.say("room", numbered(6));
    b.turn();
    REQUIRE(follows->wire() == "all:5;all:6;");
    REQUIRE(idle->wire().empty());
}

TEST_CASE("what is said right after a joining reaches who has joined, although their shard did not know the room yet") {
    bench b{2};
    const auto ann = b.client(0, 7);
    ann->s().subscribe("all", "/user/queue/rooms", "all:")->follows = true;
    b.join("room", numbered(1), user_id{7});
    b.say("room", numbered(2));
    b.turn();
    REQUIRE(ann->wire() == "all:1;all:2;");
}

TEST_CASE("who joins twice hears everything once") {
    bench b{1};
    const auto ann = b.client(0, 7);
    ann->s().subscribe("all", "/user/queue/rooms", "all:")->follows = true;
    b.join("room", numbered(1), user_id{7});
    b.join("room", numbered(2), user_id{7});
    b.turn();
    b.join("room", numbered(3), user_id{7});
    b.turn();
    REQUIRE(ann->wire() == "all:1;all:2;all:3;");
}

TEST_CASE("a room that is taken up again without an event is heard from its next message on") {
    bench b{1};
    const auto ann = b.client(0, 7);
    ann->s().subscribe("all", "/user/queue/rooms", "all:")->follows = true;
    for (seq_t seq = 1; seq <= 4; ++seq) b.say("direct", numbered(seq));
    b.join("direct", nullptr, user_id{7});
    b.turn();
    b.say("direct", numbered(5));
    b.turn();
    REQUIRE(ann->wire() == "all:5;");
}

TEST_CASE("who joins without an event gets what was said before their shard heard of the joining") {
    bench b{2};
    const auto ann = b.client(0, 7);
    ann->s().subscribe("all", "/user/queue/rooms", "all:")->follows = true;
    for (seq_t seq = 1; seq <= 6; ++seq) b.past.append("direct", numbered(seq));
    publication taken_up;
    taken_up.topic = "direct";
    taken_up.head = 4;
    taken_up.joined = {user_id{7}};
    b.broker.publish(std::move(taken_up));
    b.turn();
    REQUIRE(ann->wire() == "all:5;all:6;");
    b.say("direct", numbered(7));
    b.turn();
    REQUIRE(ann->wire() == "all:5;all:6;all:7;");
}

TEST_CASE("who leaves gets the leave as the last message, and hears the room's other topics no more") {
    bench b{2};
    const auto ann = b.client(0, 7);
    const auto bob = b.client(1, 8);
    ann->s().subscribe("all", "/user/queue/rooms", "all:")->follows = true;
    b.join("room", numbered(1), user_id{7});
    b.turn();
    ann->listen("a", "room");
    ann->listen("t", "room/typing");
    ann->listen("o", "other");
    bob->listen("b", "room");
    publication leaving = of("room", numbered(2));
    leaving.left = {user_id{7}};
    leaving.left_topics = {"room/typing"};
    std::vector<publication> batch;
    batch.push_back(std::move(leaving));
    batch.push_back(of("room", numbered(3)));
    batch.push_back(of("room/typing", numbered(0)));
    batch.push_back(of("other", numbered(1)));
    b.broker.publish(std::move(batch));
    b.turn();
    REQUIRE(ann->wire() == "all:1;all:2;a:2;o:1;");
    REQUIRE(bob->wire() == "b:2;b:3;");
    REQUIRE_FALSE(b.broker.has_listeners("room/typing"));
}

TEST_CASE("a leave without a message ends listening too") {
    bench b{1};
    const auto ann = b.client(0, 7);
    const auto l = ann->listen("a", "direct");
    publication hidden;
    hidden.topic = "direct";
    hidden.left = {user_id{7}};
    b.broker.publish(std::move(hidden));
    b.turn();
    b.broker.publish(of("direct", numbered(1)));
    b.turn();
    REQUIRE(ann->wire().empty());
    REQUIRE(l->now == listener::state::gone);
    REQUIRE_FALSE(ann->s().start(l, 1, 1, 0));
}

TEST_CASE("a room that is left while the list of rooms is being read is remembered, until it is joined again") {
    bench b{1};
    const auto ann = b.client(0, 7);
    const auto all = ann->s().subscribe("all", "/user/queue/rooms", "all:");
    all->follows = true;
    all->loading = true;
    publication leaving = of("room", numbered(4));
    leaving.left = {user_id{7}};
    b.broker.publish(leaving);
    b.turn();
    REQUIRE(all->departed.contains("room"));
    b.join("room", numbered(5), user_id{7});
    b.turn();
    REQUIRE_FALSE(all->departed.contains("room"));
    REQUIRE(ann->wire() == "all:5;");
}

TEST_CASE("an event about what may not be seen comes without content, and only then") {
    bench b{1};
    const auto newcomer = b.client(0, 1);
    const auto founder = b.client(0, 2);
    newcomer->listen("n", "room", 11, 10, 5);
    founder->listen("f", "room", 11, 10, 0);
    b.broker.publish(of("room", about(11, 5)));
    b.broker.publish(of("room", about(12, 6)));
    b.broker.publish(of("room", numbered(13)));
    b.turn();
    REQUIRE(newcomer->wire() == "n:11hidden;n:12;n:13;");
    REQUIRE(founder->wire() == "f:11;f:12;f:13;");
}

TEST_CASE("who has joined sees no content of what was said before") {
    bench b{1};
    const auto ann = b.client(0, 7);
    ann->s().subscribe("all", "/user/queue/rooms", "all:")->follows = true;
    b.join("room", numbered(5), user_id{7});
    b.say("room", about(6, 4));
    b.say("room", about(7, 5));
    b.turn();
    b.say("room", about(8, 4));
    b.turn();
    REQUIRE(ann->wire() == "all:5;all:6hidden;all:7;all:8hidden;");
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

TEST_CASE("a subscription id is given once, and can be given again when it is free") {
    bench b{1};
    const auto ann = b.client(0);
    REQUIRE(ann->s().subscribe("a", "room", "a:") != nullptr);
    REQUIRE(ann->s().subscribe("a", "other", "a:") == nullptr);
    REQUIRE(ann->s().subscriptions() == 1);
    REQUIRE(ann->s().find_destination("room") == ann->s().find("a"));
    REQUIRE(ann->s().unsubscribe("a"));
    REQUIRE_FALSE(ann->s().unsubscribe("a"));
    REQUIRE(ann->s().find("a") == nullptr);
    REQUIRE(ann->s().subscribe("a", "room", "a:") != nullptr);
}

TEST_CASE("who unsubscribes or closes is forgotten: by the topic, the directory and the metrics") {
    bench b{2};
    auto ann = b.client(0, 7);
    const auto bob = b.client(1, 8);
    ann->listen("a", "room");
    ann->listen("b", "room");
    REQUIRE(b.broker.sessions() == 2);
    REQUIRE(b.counted("madang_broker_subscriptions") == 2);
    REQUIRE(ann->s().unsubscribe("a"));
    b.say("room", numbered(1));
    b.turn();
    REQUIRE(ann->wire() == "b:1;");
    REQUIRE(b.broker.has_listeners("room"));
    ann->s().close();
    REQUIRE(ann->s().closed());
    REQUIRE_FALSE(b.broker.has_listeners("room"));
    REQUIRE_FALSE(b.broker.has_sessions(user_id{7}));
    REQUIRE(b.broker.has_sessions(user_id{8}));
    REQUIRE(b.broker.sessions() == 1);
    REQUIRE(b.counted("madang_broker_subscriptions") == 0);
    ann->s().send("too late");
    b.turn();
    ann.reset();
    REQUIRE(b.broker.sessions() == 1);
}

TEST_CASE("a user is on a shard as long as one of their sessions is") {
    bench b{1};
    const auto one = b.client(0, 7);
    const auto two = b.client(0, 7);
    one->s().close();
    REQUIRE(b.broker.has_sessions(user_id{7}));
    two->s().close();
    REQUIRE_FALSE(b.broker.has_sessions(user_id{7}));
}

TEST_CASE("frames of a session's own keep their place among messages") {
    bench b{1};
    const auto ann = b.client(0);
    ann->listen("a", "room");
    ann->s().send("RECEIPT;");
    b.say("room", numbered(1));
    b.turn();
    ann->s().send(*ann->s().find("a"), numbered(0));
    b.turn();
    REQUIRE(ann->wire() == "RECEIPT;a:1;a:0;");
}

TEST_CASE("a heart-beat goes alone, and only when nothing else is on its way") {
    bench b{1};
    const auto ann = b.client(0);
    ann->slow = true;
    ann->s().beat();
    REQUIRE(ann->writes == std::vector<std::string>{"\n"});
    ann->s().beat();  // in flight: nothing is added
    ann->s().send("RECEIPT;");
    ann->drain();
    ann->s().beat();  // the receipt waits: that is life enough
    b.turn();
    REQUIRE(ann->writes == std::vector<std::string>{"\n", "RECEIPT;"});
    ann->drain();
    b.turn();
    REQUIRE(ann->writes.size() == 2);
    ann->s().close();
    ann->s().beat();
    REQUIRE(ann->writes.size() == 2);
}

TEST_CASE("sessions feel time pass, several times a second") {
    bench b{1};
    const auto began = std::chrono::steady_clock::now();
    const auto ann = b.client(0);
    b.turn_until([&] { return ann->ticks >= 2; });
    REQUIRE(ann->ticks >= 2);
    REQUIRE(ann->ticks <= (std::chrono::steady_clock::now() - began) / std::chrono::milliseconds{250});
}

TEST_CASE("ending logins closes their sessions on all shards, and no others") {
    bench b{3};
    const auto ann = b.client(0, 7);
    const auto ann_too = b.client(2, 7);
    const auto bob = b.client(2, 8);
    const std::vector<session_id> ended{session_id{7}, session_id{99}};
    b.broker.end_logins(ended);
    b.turn();
    REQUIRE(ann->told_login_ended == 1);
    REQUIRE(ann_too->told_login_ended == 1);
    REQUIRE(bob->told_login_ended == 0);
}

TEST_CASE("a restart is told to the sessions of that shard") {
    bench b{2};
    const auto ann = b.client(0);
    const auto bob = b.client(1);
    b.broker.restart(1);
    b.turn();
    REQUIRE(ann->told_restart == 0);
    REQUIRE(bob->told_restart == 1);
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

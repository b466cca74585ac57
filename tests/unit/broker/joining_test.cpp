// Who comes into a room or leaves it: from where to where they hear it, and what of it they may see.
#include "bench.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::broker;
using namespace madang::broker::test;

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

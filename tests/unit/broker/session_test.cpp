// A session at its shard: its subscriptions, its own frames, and how it ends.
#include "bench.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::broker;
using namespace madang::broker::test;

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

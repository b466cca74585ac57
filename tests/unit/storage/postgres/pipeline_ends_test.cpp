// How a pipeline ends, and what is said to who was still waiting.
#include "scripted_wire.hpp"

#include "catch.hpp"

using namespace madang::test::scripted;

TEST_CASE("a NULL or two say nothing, and three while a sync is due mean that nothing will come any more") {
    warm_pipeline made;
    const auto first = asks(one);
    const auto second = asks(two);
    made.p.send(first);
    made.p.send(second);
    made.wire.say(row_with("a"));
    made.wire.say_null();
    made.p.readable();
    REQUIRE_FALSE(made.p.broken());
    made.wire.say(synced(), row_with("b"));  // which has a NULL of its own
    made.wire.say_null();
    made.p.readable();
    REQUIRE(found(*first) == list{"a"});
    REQUIRE_FALSE(made.p.broken());
    made.wire.say_null();
    made.p.readable();
    REQUIRE(made.p.broken());
    REQUIRE(second->failed->of_connection());
}

TEST_CASE("a socket that fails fails everything that is under way") {
    warm_pipeline made;
    const std::vector all{asks(one), asks(two), asks(three)};
    for (const auto& r : all) made.p.send(r);
    made.wire.say(row_with("a"), synced(), row_with("b"));
    made.wire.error_text = "the socket fell over";
    SECTION("when it is read") {
        made.wire.input_ok = false;
        made.p.readable();
    }
    SECTION("when libpq says that the connection is bad") {
        made.wire.connected = false;
        made.p.readable();
    }
    SECTION("when it is written") {
        made.p.readable();
        made.wire.flushes = {wire::flushed::failed};
        made.p.writable();
    }
    REQUIRE(found(*all[0]) == list{"a"});  // it was whole
    for (std::size_t i = 1; i < all.size(); ++i) {
        REQUIRE(all[i]->done);
        REQUIRE(all[i]->found.empty());
        REQUIRE(all[i]->failed->of_connection());
        REQUIRE_THAT(all[i]->failed->what(), Catch::Matchers::Contains("the socket fell over"));
    }
    REQUIRE(made.p.broken());
    REQUIRE(made.p.in_flight() == 0);
    REQUIRE_FALSE(made.p.wants_to_write());
}

TEST_CASE("the server's last word is what is said of the end, not that the socket was closed") {
    warm_pipeline made;
    const auto first = asks(one);
    const auto second = asks(two);
    made.p.send(first);
    made.p.send(second);
    made.wire.say(failed_with("57P01"));
    made.wire.input_ok = false;
    made.wire.error_text = "the socket was closed";
    made.p.readable();
    REQUIRE(first->failed->sqlstate() == "57P01");
    REQUIRE(first->failed->of_connection());
    REQUIRE(second->failed->of_connection());
    REQUIRE_THAT(second->failed->what(), Catch::Matchers::Contains("the socket was closed"));
}

TEST_CASE("whose sync never came nobody knows the end of, whatever the server said of its statement") {
    warm_pipeline made;
    const auto commit = asks(one);
    made.p.send(commit);
    const auto* const code = GENERATE("53100", "58030", "40001");  // PANIC: no space for the log, or an error of its disk
    made.wire.say(failed_with(code));
    made.wire.input_ok = false;
    made.p.readable();
    REQUIRE(commit->failed->sqlstate() == code);
    REQUIRE(commit->failed->of_connection());
    REQUIRE_FALSE(commit->failed->of_contention());
    REQUIRE_FALSE(commit->failed->of_lock());
}

TEST_CASE("a commit that fails at the sync itself loses the connection, in the server's words") {
    warm_pipeline made;
    const auto r = asks(one);
    made.p.send(r);
    made.wire.say(row_with("a"), failed_with("53100"));
    made.wire.input_ok = false;
    made.p.readable();
    REQUIRE(r->failed->of_connection());
    REQUIRE(r->found.empty());
    REQUIRE_THAT(r->failed->what(), Catch::Matchers::Contains("53100: said by the server"));
}

TEST_CASE("a request that libpq does not take breaks the connection") {
    warm_pipeline made;
    const auto before = asks(one);
    made.p.send(before);
    made.wire.takes = false;
    made.wire.error_text = "out of memory";
    const auto r = asks(two);
    made.p.send(r);
    REQUIRE(made.p.broken());
    REQUIRE(before->failed->of_connection());
    REQUIRE_THAT(r->failed->what(), Catch::Matchers::Contains("out of memory"));
}

TEST_CASE("who gives up says why, once, and whatever comes later is not looked at") {
    warm_pipeline made;
    made.wire.flushes = {wire::flushed::some};
    const auto r = asks(one);
    int told = 0;
    r->when_done = [&] { ++told; };
    made.p.send(r);
    made.p.give_up(failure::connection_lost("a deadline has passed"));
    REQUIRE(made.p.broken());
    REQUIRE_THAT(r->failed->what(), Catch::Matchers::Contains("a deadline has passed"));
    REQUIRE_FALSE(made.p.wants_to_write());
    made.wire.say(row_with("a"), synced());
    const auto flushed = made.wire.flushed_times;
    const auto read = made.wire.read_times;
    made.p.readable();
    made.p.writable();
    made.p.give_up(failure::connection_lost("again"));
    REQUIRE(made.wire.to_come() == 3);
    REQUIRE(made.wire.flushed_times == flushed);
    REQUIRE(made.wire.read_times == read);
    REQUIRE(r->found.empty());
    REQUIRE_THAT(r->failed->what(), Catch::Matchers::Contains("a deadline has passed"));
    REQUIRE(told == 1);
}

TEST_CASE("a broken connection fails a request at once and sends nothing") {
    warm_pipeline made;
    made.p.give_up(failure::connection_lost("gone"));
    const auto r = asks(one);
    int told = 0;
    r->when_done = [&] { ++told; };
    made.p.send(r);
    REQUIRE(r->done);
    REQUIRE(r->failed->of_connection());
    REQUIRE(told == 1);
    REQUIRE(made.wire.sent.empty());
}

TEST_CASE("more results than statements are a broken connection, not somebody else's answer") {
    warm_pipeline made;
    const auto first = asks(one);
    const auto second = asks(two);
    made.p.send(first);
    made.p.send(second);
    made.wire.say(row_with("a"), row_with("too much"), synced(), row_with("b"), synced());
    made.p.readable();
    REQUIRE(made.p.broken());
    REQUIRE(first->failed->of_connection());
    REQUIRE(second->failed->of_connection());
    REQUIRE(second->found.empty());
}

TEST_CASE("who is told of an answer may ask again at once") {
    warm_pipeline made;
    const auto first = asks(one);
    const auto second = asks(two);
    first->when_done = [&] { made.p.send(second); };
    made.p.send(first);
    made.wire.say(row_with("a"), synced());
    const bool lost = GENERATE(false, true);
    if (lost) {
        made.p.give_up(failure::connection_lost("gone"));
        REQUIRE(second->failed);
    } else {
        made.p.readable();
        made.wire.say(row_with("b"), synced());
        made.p.readable();
        REQUIRE(found(*first) == list{"a"});
        REQUIRE(found(*second) == list{"b"});
    }
}

// The pipeline's state machine: which answer is whose.
#include "scripted_wire.hpp"

#include "catch.hpp"

using namespace madang::test::scripted;

TEST_CASE("a request is answered with what its statements found, in their order, and not before its sync") {
    warm_pipeline made;
    const auto r = asks(one, two);
    int told = 0;
    r->when_done = [&] { ++told; };
    made.p.send(r);
    REQUIRE(made.wire.sent == list{"execute m1", "execute m2", "sync"});
    REQUIRE(made.wire.flushed_times == 1);
    made.wire.say(row_with("a"), row_with("b"));
    made.p.readable();
    REQUIRE_FALSE(r->done);
    REQUIRE(made.p.in_flight() == 1);
    made.wire.say(synced());
    made.p.readable();
    REQUIRE(succeeded(*r));
    REQUIRE(found(*r) == list{"a", "b"});
    REQUIRE(told == 1);
    REQUIRE(made.p.in_flight() == 0);
}

TEST_CASE("several requests are under way at once, and answered one after the other") {
    warm_pipeline made;
    const std::vector all{asks(one), asks(two, one), asks(three)};
    list order;
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i]->when_done = [&order, i] { order.push_back(std::to_string(i)); };
        made.p.send(all[i]);
    }
    REQUIRE(made.p.in_flight() == 3);
    made.wire.say(row_with("a"), synced(), row_with("b"));
    made.p.readable();
    REQUIRE(order == list{"0"});
    made.wire.say(row_with("c"), synced(), row_with("d"), synced());
    made.p.readable();
    REQUIRE(order == list{"0", "1", "2"});
    REQUIRE(found(*all[0]) == list{"a"});
    REQUIRE(found(*all[1]) == list{"b", "c"});
    REQUIRE(found(*all[2]) == list{"d"});
}

TEST_CASE("it does not matter where the server's words are cut apart") {
    const auto script = [](scripted_wire& wire) {
        wire.say(prepared(), row_with("a"), synced());
        wire.say(prepared(), failed(), skipped(), skipped(), synced());
        wire.say(row_with("b"), synced());
    };
    scripted_wire whole;
    script(whole);
    for (std::size_t cut = 0; cut <= whole.to_come(); ++cut) {
        CAPTURE(cut);
        scripted_wire rest;
        script(rest);
        scripted_wire wire;
        pipeline p{wire};
        const std::vector all{asks(one), asks(two, three), asks(one)};
        for (const auto& r : all) p.send(r);
        rest.move_first_to(wire, cut);
        p.readable();
        rest.move_first_to(wire, rest.to_come());
        p.readable();
        REQUIRE(found(*all[0]) == list{"a"});
        REQUIRE(all[1]->failed);
        REQUIRE(found(*all[2]) == list{"b"});
        REQUIRE_FALSE(p.broken());
    }
}

TEST_CASE("a statement is prepared once, also for requests that are sent before that is done") {
    scripted_wire wire;
    pipeline p{wire};
    const auto first = asks(one, one);
    const auto second = asks(one, two);
    p.send(first);
    p.send(second);
    REQUIRE(wire.sent == list{"prepare m1 SELECT one", "execute m1", "execute m1", "sync",  //
                              "execute m1", "prepare m2 SELECT two", "execute m2", "sync"});
    wire.say(prepared(), row_with("a"), row_with("b"), synced(), row_with("c"), prepared(), row_with("d"), synced());
    p.readable();
    REQUIRE(found(*first) == list{"a", "b"});
    REQUIRE(found(*second) == list{"c", "d"});
}

TEST_CASE("a statement that could not be prepared is prepared again when it is next asked for") {
    scripted_wire wire;
    pipeline p{wire};
    const auto first = asks(one);
    p.send(first);
    wire.say(failed(), skipped(), synced());
    p.readable();
    REQUIRE(first->failed);
    wire.sent.clear();
    const auto again = asks(one);
    p.send(again);
    REQUIRE(wire.sent == list{"prepare m2 SELECT one", "execute m2", "sync"});
    wire.say(prepared(), row_with("a"), synced());
    p.readable();
    REQUIRE(found(*again) == list{"a"});
}

TEST_CASE("a statement whose preparing was skipped is prepared again, and what was prepared before stays") {
    scripted_wire wire;
    pipeline p{wire};
    const auto first = asks(one, two);
    p.send(first);
    wire.say(prepared(), failed(), skipped(), skipped(), synced());
    p.readable();
    REQUIRE(first->failed);
    wire.sent.clear();
    p.send(asks(one, two));
    REQUIRE(wire.sent == list{"execute m1", "prepare m3 SELECT two", "execute m3", "sync"});
}

TEST_CASE("an error fails its request alone, and all that it found before") {
    warm_pipeline made;
    const std::vector all{asks(one), asks(one, two, three), asks(three)};
    for (const auto& r : all) made.p.send(r);
    made.wire.say(row_with("a"), synced());
    made.wire.say(row_with("lost"), failed(), skipped(), synced());
    made.wire.say(row_with("b"), synced());
    made.wire.error_text = "division by zero";
    made.p.readable();
    REQUIRE(found(*all[0]) == list{"a"});
    REQUIRE(all[1]->done);
    REQUIRE(all[1]->failed);
    REQUIRE_THAT(all[1]->failed->what(), Catch::Matchers::Contains("division by zero"));
    REQUIRE(all[1]->found.empty());
    REQUIRE(found(*all[2]) == list{"b"});
    REQUIRE_FALSE(made.p.broken());
}

TEST_CASE("an error is told with the server's own code and words, and nothing that follows from it instead") {
    warm_pipeline made;
    const auto r = asks(one, two, three);
    made.p.send(r);
    made.wire.say(failed_with("23505"), skipped(), failed_with("57P01"), synced());
    made.wire.error_text = "something else";
    made.p.readable();
    REQUIRE(r->failed->sqlstate() == "23505");
    REQUIRE(std::string{r->failed->what()} == "PostgreSQL 23505: said by the server");
}

TEST_CASE("while nothing is under way the wire is not asked for results") {
    warm_pipeline made;
    for (int i = 0; i < 5; ++i) made.wire.say_null();
    made.p.readable();
    REQUIRE(made.wire.to_come() == 5);
    REQUIRE_FALSE(made.p.broken());
}

TEST_CASE("what the socket does not take is written when it can be written, or read") {
    using flushed = wire::flushed;
    warm_pipeline made;
    made.wire.flushes = {flushed::some, flushed::some, flushed::all};
    const auto r = asks(one);
    made.p.send(r);
    REQUIRE(made.p.wants_to_write());
    made.p.writable();
    REQUIRE(made.p.wants_to_write());
    SECTION("written") { made.p.writable(); }
    SECTION("read") { made.p.readable(); }
    REQUIRE_FALSE(made.p.wants_to_write());
    REQUIRE(made.wire.flushed_times == 3);
    made.wire.say(row_with("a"), synced());
    made.p.readable();
    REQUIRE(made.wire.flushed_times == 3);
    REQUIRE(found(*r) == list{"a"});
}

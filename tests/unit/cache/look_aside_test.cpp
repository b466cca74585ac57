// Reading one key through a table: who loads, who shares, and who may not.
#include "madang/cache/look_aside.hpp"

#include "far_table.hpp"
#include "reading.hpp"
#include "tables.hpp"

using namespace madang;
using namespace madang::test;

TEST_CASE("what was loaded is stored, and read without a load until it is dropped") {
    reading r;
    REQUIRE(r.get("key", says("one")).value() == "one");
    REQUIRE(r.get("key", never()).value() == "one");
    r.drop({"key"});
    REQUIRE(r.get("key", says("two")).value() == "two");
    REQUIRE(r.count("misses") == 2);
    REQUIRE(r.count("hits") == 1);
}

TEST_CASE("a key is loaded once, and all who ask for it meanwhile share the answer") {
    gate g;
    reading r;
    std::vector<std::future<result<std::string>>> all;
    all.push_back(r.start("key", says("text", g)));
    g.wait_for(1);
    for (int i = 0; i < 100; ++i) all.push_back(r.start("key", never()));
    REQUIRE(r.get("another", says("other")).value() == "other");
    g.open();
    for (auto& one : all) REQUIRE(one.get().value() == "text");
    REQUIRE(r.count("misses") == 2);
    REQUIRE(r.count("shared") + r.count("hits") == 100);
}

TEST_CASE("an error is shared with who waits, and not stored") {
    gate g;
    reading r;
    const loader fails = [&g]() -> async_result<loaded> {
        co_await g.pass();
        co_return errc::unavailable;
    };
    auto first = r.start("key", fails);
    g.wait_for(1);
    auto second = r.start_waiting("key", fails);
    g.open();
    REQUIRE(first.get().error().code == errc::unavailable);
    REQUIRE(second.get().error().code == errc::unavailable);
    REQUIRE(g.arrived == 1);
    REQUIRE(r.get("key", says("text")).value() == "text");
}

TEST_CASE("who comes after a drop is not given the answer of a load that began before it, nor is it stored") {
    gate before, after;
    reading r;
    auto old = r.start("key", says("old", before));
    before.wait_for(1);
    auto old_too = r.start_waiting("key", never());
    r.drop({"key"});
    auto young = r.start("key", says("new", after));
    after.wait_for(1);
    auto young_too = r.start_waiting("key", never());
    before.open();
    REQUIRE(old.get().value() == "old");  // they came before the drop
    REQUIRE(old_too.get().value() == "old");
    auto joins_young = r.start_waiting("key", never());  // the old flight has not taken the new one with it
    after.open();
    REQUIRE(young.get().value() == "new");
    REQUIRE(young_too.get().value() == "new");
    REQUIRE(joins_young.get().value() == "new");
    REQUIRE(r.get("key", never()).value() == "new");
}

TEST_CASE("who comes after a drop is not given what somebody found in the table while the drop began") {
    gate g;
    system_clock time;
    far_table texts{time};
    metrics::registry m;
    cache::look_aside through{texts, m};
    io_thread io{2};
    REQUIRE(io.run(through.get("key", says("old"))).value() == "old");
    std::future<result<std::string>> meanwhile;
    texts.before_drop = [&] {
        texts.after_look = [&g] { return g.pass(); };
        meanwhile = io.start(through.get("key", never()));
        g.wait_for(1);
    };
    through.drop({"key"});
    auto young = io.start(through.get("key", says("new")));
    for (int i = 0; i < 20; ++i) io.run(turns(5));
    g.open();
    REQUIRE(young.get().value() == "new");
    REQUIRE(meanwhile.get().value() == "old");
}

TEST_CASE("who comes after another node's change is not given the answer of a load that began before it, nor is it stored") {
    gate before, after;
    reading r;
    const std::vector<std::string> keys{"key"};
    const bool named = GENERATE(true, false);
    auto old = r.start("key", says("old", before));
    before.wait_for(1);
    if (named)
        r.through.forget(keys);
    else
        r.through.forget_all();
    auto young = r.start("key", says("new", after));
    after.wait_for(1);
    before.open();
    REQUIRE(old.get().value() == "old");
    after.open();
    REQUIRE(young.get().value() == "new");
    REQUIRE(r.get("key", never()).value() == "new");
    if (named)
        r.through.forget(keys);
    else
        r.through.forget_all();
    REQUIRE(r.get("key", says("newer")).value() == "newer");
}

TEST_CASE("who has waited long enough loads for itself, and nobody waits for that load again") {
    gate g;
    reading r{50ms};
    auto stuck = r.start("key", says("stuck", g));
    g.wait_for(1);
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(r.get("key", says("own")).value() == "own");
    REQUIRE(std::chrono::steady_clock::now() - began >= 50ms);
    REQUIRE(r.count("impatient") == 1);
    REQUIRE(r.get("key", says("next")).value() == "next");
    REQUIRE(r.count("impatient") == 1);
    g.open();
    REQUIRE(stuck.get().value() == "stuck");
    REQUIRE(r.get("key", never()).value() == "stuck");  // its lease was still there: nothing has changed
}

TEST_CASE("a load that throws is an internal error to who waits, throws where it was asked for, and leaves nothing behind") {
    gate g;
    reading r;
    const loader throws = [&g]() -> async_result<loaded> {
        co_await g.pass();
        throw std::runtime_error("a bug");
    };
    auto first = r.start("key", throws);
    g.wait_for(1);
    auto second = r.start_waiting("key", never());
    g.open();
    REQUIRE_THROWS_AS(first.get(), std::runtime_error);
    REQUIRE(second.get().error().code == errc::internal);
    REQUIRE(r.get("key", says("text")).value() == "text");

    const loader throws_at_once = []() -> async_result<loaded> { throw std::runtime_error("a bug"); };
    REQUIRE_THROWS_AS(r.get("other", throws_at_once), std::runtime_error);
    REQUIRE(r.get("other", says("text")).value() == "text");
}

TEST_CASE("a text without a time to live is answered and not stored") {
    reading r;
    const loader fleeting = []() -> async_result<loaded> { co_return loaded{"text", 0ms}; };
    REQUIRE(r.get("key", fleeting).value() == "text");
    REQUIRE(r.get("key", says("again")).value() == "again");
}

TEST_CASE("without Redis everything is loaded, and nothing fails") {
    redis_server server;
    redis_kind t{{}, patiently(server)};
    metrics::registry m;
    cache::look_aside through{t.texts, m};
    REQUIRE(t.io.run(through.get("key", says("one"))).value() == "one");
    REQUIRE(t.io.run(through.get("key", never())).value() == "one");
    server.crash();
    t.link->wait(false);
    t.io.run(drop_and_wait(through, {"key"}));
    REQUIRE(t.io.run(through.get("key", says("two"))).value() == "two");
    REQUIRE(t.io.run(through.get("key", says("three"))).value() == "three");
}

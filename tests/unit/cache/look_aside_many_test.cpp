// Reading many keys through a table at once.
#include "madang/cache/look_aside.hpp"

#include "await.hpp"
#include "far_table.hpp"
#include "reading.hpp"
#include "tables.hpp"

using namespace madang;
using namespace madang::test;

TEST_CASE("many keys are read in one go: hits and one load for the rest, answered in their order") {
    reading r;
    REQUIRE(r.get("b", says("old b")).value() == "old b");
    librarian l{{"a", "b", "c"}};
    REQUIRE(r.get_all({"a", "b", "c"}, l.says()).value() == texts_read{"a1", "old b", "c2"});
    REQUIRE(l.calls == 1);
    REQUIRE(r.get_all({"c", "a", "b"}, never_all()).value() == texts_read{"c2", "a1", "old b"});
    REQUIRE(r.get("c", never()).value() == "c2");
    REQUIRE(r.count("hits") == 1 + 3 + 1);
    REQUIRE(r.count("misses") == 1 + 2);
    REQUIRE(r.count("shared") == 0);
    REQUIRE(r.get_all({}, never_all()).value().empty());
}

TEST_CASE("hits that are not near are no reason to load, and are not waited for longer than a look") {
    gate g;
    system_clock time;
    far_table texts{time};
    metrics::registry m;
    cache::look_aside through{texts, m, 30s};
    io_thread io{2};
    REQUIRE(io.run(through.get("far", says("text"))).value() == "text");
    const int looks = texts.looks;
    librarian l{{"far", "slow"}};
    l.at = &g;
    auto both = io.start(through.get_all({"far", "slow"}, l.says()));
    g.wait_for(1);
    REQUIRE(io.run(through.get_all({"far"}, never_all())).value() == texts_read{"text"});
    REQUIRE(texts.looks >= looks + 2);
    g.open();
    REQUIRE(both.get().value() == texts_read{"text", "slow1"});
    io.finish();
}

TEST_CASE("a key that repeats is loaded once") {
    reading r;
    librarian l{{"a", "b", "a", "a"}};
    REQUIRE(r.get_all({"a", "b", "a", "a"}, l.says()).value() == texts_read{"a1", "b2", "a1", "a1"});
    REQUIRE(l.calls == 1);
    REQUIRE(r.get_all({"b", "b"}, never_all()).value() == texts_read{"b2", "b2"});
}

TEST_CASE("of many keys those that somebody loads already are shared, and others need not wait for that") {
    gate g;
    reading r;
    auto slow = r.start("slow", says("text", g));
    g.wait_for(1);
    librarian l{{"a", "slow", "b"}};
    auto all = r.start_all({"a", "slow", "b"}, l.says());
    await([&] { return r.count("misses") >= 3; });
    REQUIRE(r.get("b", never()).value() == "b2");  // though who loads it still waits for "slow"
    REQUIRE(r.get_all({"b", "a"}, never_all()).value() == texts_read{"b2", "a1"});
    g.open();
    REQUIRE(all.get().value() == texts_read{"a1", "text", "b2"});
    REQUIRE(slow.get().value() == "text");
    REQUIRE(l.calls == 1);
    REQUIRE(r.count("misses") == 3);
}

TEST_CASE("callers whose keys cross do not wait for each other") {
    reading r;
    const loader_of_many load = [](std::vector<std::size_t> missing) -> async_result<std::vector<loaded>> {
        co_await turns(3);
        std::vector<loaded> all(missing.size());
        for (auto& one : all) one.text = "text";  // not stored
        co_return all;
    };
    // So many that both are in the middle of them at once.
    std::vector<std::string> keys;
    for (int i = 0; i < 3000; ++i) keys.push_back("key " + std::to_string(i));
    const std::vector<std::string> reversed{keys.rbegin(), keys.rend()};
    for (int round = 0; round < 20; ++round) {
        auto one = r.start_all(keys, load);
        auto other = r.start_all(reversed, load);
        REQUIRE(one.get().value() == texts_read(keys.size(), "text"));
        REQUIRE(other.get().value() == texts_read(keys.size(), "text"));
    }
    REQUIRE(r.count("impatient") == 0);
    REQUIRE(r.count("shared") > 0);
}

TEST_CASE("a load of many that fails lands all of its flights, and leaves alone what was found") {
    gate g;
    reading r;
    REQUIRE(r.get("found", says("text")).value() == "text");
    librarian l{{"a", "found", "b"}};
    l.at = &g;
    auto expected = errc::internal;
    bool throws = false;
    SECTION("with an error") {
        l.error = errc::unavailable;
        expected = errc::unavailable;
    }
    SECTION("with too few answers") { l.too_few = true; }
    SECTION("with an exception") { l.thrown = throws = true; }
    auto all = r.start_all({"a", "found", "b"}, l.says());
    g.wait_for(1);
    auto a = r.start_waiting("a", never());
    auto b = r.start_all_waiting({"b", "found"}, never_all());
    g.open();
    if (throws)
        REQUIRE_THROWS_AS(all.get(), std::runtime_error);
    else
        REQUIRE(all.get().error().code == expected);
    REQUIRE(a.get().error().code == expected);
    REQUIRE(b.get().error().code == expected);
    librarian next{{"a", "found", "b"}};
    REQUIRE(r.get_all({"a", "found", "b"}, next.says()).value() == texts_read{"a1", "text", "b2"});
}

TEST_CASE("who has waited in vain for several loads makes one for all of them, once, and stores nothing") {
    gate g;
    reading r{50ms};
    auto stuck_a = r.start("a", says("stuck a", g));
    auto stuck_b = r.start("b", says("stuck b", g));
    g.wait_for(2);
    librarian l{{"a", "mine", "b"}};
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(r.get_all({"a", "mine", "b"}, l.says()).value() == texts_read{"a2", "mine1", "b3"});
    REQUIRE(std::chrono::steady_clock::now() - began >= 50ms);
    REQUIRE(l.calls == 2);
    REQUIRE(r.count("impatient") == 2);
    g.open();
    REQUIRE(stuck_a.get().value() == "stuck a");
    REQUIRE(stuck_b.get().value() == "stuck b");
    REQUIRE(r.get_all({"a", "b"}, never_all()).value() == texts_read{"stuck a", "stuck b"});
}

TEST_CASE("a drop of one of many keys makes void what was loaded of it, and of no other") {
    gate g;
    reading r;
    librarian l{{"a", "b"}};
    l.at = &g;
    auto old = r.start_all({"a", "b"}, l.says());
    g.wait_for(1);
    int done = 0;
    r.through.drop({"b"}, [&] { ++done; });
    REQUIRE(done == 1);
    REQUIRE(r.get("b", says("new")).value() == "new");
    g.open();
    REQUIRE(old.get().value() == texts_read{"a1", "b2"});
    REQUIRE(r.get_all({"a", "b"}, never_all()).value()[0] == "a1");
    REQUIRE(r.get("b", says("newer")).value() != "b2");
}

TEST_CASE("who reads many through both levels and a real Redis is answered in order, whatever is where") {
    levels_kind t{{}};
    metrics::registry m;
    cache::look_aside through{t.both, m};
    std::vector<std::string> keys;
    texts_read expected;
    for (int i = 0; i < 600; ++i) {
        keys.push_back("key " + std::to_string(i));
        expected.push_back("text " + std::to_string(i));
    }
    std::atomic<int> calls{0};
    const loader_of_many load = [&](std::vector<std::size_t> missing) -> async_result<std::vector<loaded>> {
        ++calls;
        std::vector<loaded> all(missing.size());
        for (std::size_t i = 0; i < missing.size(); ++i) {
            all[i].text = expected.at(missing[i]);
            all[i].ttl = 1min;
        }
        co_return all;
    };
    REQUIRE(t.io.run(through.get_all(keys, load)).value() == expected);
    REQUIRE(calls == 1);
    t.near.clear();
    t.io.run(look(t.texts, "key 0"));  // behind the fills
    REQUIRE(t.io.run(through.get_all(keys, never_all())).value() == expected);
    std::vector<std::string> some;
    for (std::size_t i = 0; i < keys.size(); i += 7) some.push_back(keys[i]);
    through.drop(some);
    REQUIRE(t.io.run(through.get_all(keys, load)).value() == expected);
    REQUIRE(calls == 2);
}

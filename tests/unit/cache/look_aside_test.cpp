// Reading through a table: who loads, who shares, and who may not.
#include "madang/cache/look_aside.hpp"

#include "crowd.hpp"
#include "far_table.hpp"
#include "tables.hpp"

#include <stdexcept>

using namespace madang;
using namespace madang::test;
using cache::loaded;
using cache::loader;
using cache::loader_of_many;
using texts_read = std::vector<std::string>;

namespace {

// Opens once, and all who wait go on. In a test that fails it opens by itself. Outlives the threads that pass it.
class gate {
public:
    void open() { open_ = true; }
    task<> pass() {
        ++arrived;
        while (!open_ && std::chrono::steady_clock::now() < limit_) co_await turns(1);
    }
    void wait_for(int n) const {
        while (arrived < n && std::chrono::steady_clock::now() < limit_) std::this_thread::yield();
        REQUIRE(arrived >= n);
    }
    std::atomic<int> arrived{0};

private:
    const steady_time limit_ = std::chrono::steady_clock::now() + 30s;
    std::atomic<bool> open_{false};
};

loader says(std::string text) {
    return [text = std::move(text)]() -> async_result<loaded> { co_return loaded{text, 1min}; };
}
// Waits at the gate, in the middle of its load.
loader says(std::string text, gate& g) {
    return [text = std::move(text), &g]() -> async_result<loaded> {
        co_await g.pass();
        co_return loaded{text, 1min};
    };
}
loader never() {
    return []() -> async_result<loaded> {
        throw std::logic_error("this load was not to be asked for");
        co_return errc::internal;
    };
}

// Says "a1" of the first key "a" that it is asked for, "b2" of the next one, "b".
class librarian {
public:
    explicit librarian(std::vector<std::string> keys) : keys_(std::move(keys)) {}

    loader_of_many says() {
        return [this](std::vector<std::size_t> missing) -> async_result<std::vector<loaded>> {
            if (at) co_await at->pass();
            if (thrown) throw std::runtime_error("a bug");
            if (error) co_return *error;
            ++calls;
            std::vector<loaded> all;
            for (const auto place : missing) {
                loaded one;
                one.text = keys_.at(place) + std::to_string(++given_);
                one.ttl = 1min;
                all.push_back(std::move(one));
            }
            if (too_few) all.pop_back();
            co_return all;
        };
    }
    gate* at = nullptr;
    std::optional<errc> error;
    bool thrown = false;
    bool too_few = false;
    int calls = 0;

private:
    std::vector<std::string> keys_;
    int given_ = 0;
};
loader_of_many never_all() {
    return [](std::vector<std::size_t>) -> async_result<std::vector<loaded>> {
        throw std::logic_error("this load was not to be asked for");
        co_return errc::internal;
    };
}

struct reading {
    explicit reading(std::chrono::milliseconds patience = 30s) : through(texts, registry, patience) {}
    ~reading() { io.finish(); }
    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;

    std::future<result<std::string>> start(std::string key, loader load) {
        return io.start(through.get(std::move(key), std::move(load)));
    }
    result<std::string> get(std::string key, loader load) { return start(std::move(key), std::move(load)).get(); }
    result<texts_read> get_all(std::vector<std::string> keys, loader_of_many load) {
        return start_all(std::move(keys), std::move(load)).get();
    }
    std::future<result<texts_read>> start_all(std::vector<std::string> keys, loader_of_many load) {
        return io.start(through.get_all(std::move(keys), std::move(load)));
    }
    void drop(std::vector<std::string> keys) { through.drop(std::move(keys)); }
    std::uint64_t count(const std::string& name) { return registry.add_counter("madang_cache_" + name + "_total", "").value(); }
    // Until so many wait for somebody else's load: they have looked, and each costs no more than a few turns.
    void settle() {
        for (int i = 0; i < 20; ++i) io.run(turns(5));
    }

    system_clock time;
    io_thread io{2};
    metrics::registry registry;
    cache::process_table texts{time, 16U << 20};
    cache::look_aside through;
};

}  // namespace

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
    auto second = r.start("key", fails);
    r.settle();
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
    auto old_too = r.start("key", never());
    r.settle();
    r.drop({"key"});
    auto young = r.start("key", says("new", after));
    after.wait_for(1);
    auto young_too = r.start("key", never());
    r.settle();
    before.open();
    REQUIRE(old.get().value() == "old");  // they came before the drop
    REQUIRE(old_too.get().value() == "old");
    auto joins_young = r.start("key", never());  // the old flight has not taken the new one with it
    r.settle();
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
    auto second = r.start("key", never());
    r.settle();
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

namespace {

loader reads(crowd::row& of, std::uint32_t seed) {
    return [&of, seed]() -> async_result<loaded> {
        co_await turns(seed % 3);
        const int version = of.committed;
        co_await turns(seed % 8);
        if (seed % 16 == 0) co_return errc::unavailable;
        co_return loaded{std::to_string(version), 1min};
    };
}

task<> get_some(cache::look_aside& through, crowd& c, std::uint32_t seed) {
    std::mt19937 dice{seed};
    std::vector<crowd::row*> rows;
    std::vector<std::string> keys;
    std::vector<int> floors;
    for (auto n = dice() % 4; n > 0; --n) {
        rows.push_back(&c.any(dice));
        keys.push_back(rows.back()->key);
        floors.push_back(rows.back()->dropped);
    }
    const loader_of_many load = [&rows, seed](std::vector<std::size_t> missing) -> async_result<std::vector<loaded>> {
        std::vector<loaded> all;
        for (const auto at : missing) {
            auto read = reads(*rows.at(at), seed);
            auto one = co_await read();
            if (!one) co_return one.error();
            all.push_back(std::move(*one));
        }
        co_return all;
    };
    const auto texts = co_await through.get_all(std::move(keys), load);
    for (std::size_t i = 0; texts && i < rows.size(); ++i) c.saw(texts->at(i), floors[i]);
}

task<> get_and_drop(cache::look_aside& through, crowd& c, std::uint32_t seed) {
    std::mt19937 dice{seed};
    for (int i = 0; i < 200; ++i) {
        auto& of = c.any(dice);
        if (dice() % 4 == 0) {
            const int version = crowd::commit(of);
            through.drop({of.key});
            crowd::dropped(of, version);
            continue;
        }
        if (dice() % 2 == 0) {
            co_await get_some(through, c, dice());
            continue;
        }
        const int floor = of.dropped;
        auto load = reads(of, dice());
        const auto text = co_await through.get(of.key, std::move(load));
        if (text) c.saw(*text, floor);
    }
}

// Eight of them at once.
void everybody_gets_and_drops(io_thread& io, cache::table& texts, std::uint32_t seed) {
    INFO("seed " << seed);
    metrics::registry m;
    cache::look_aside through{texts, m};
    crowd c{2};
    texts.drop({"row 0", "row 1"});
    std::vector<std::future<void>> all;
    for (std::uint32_t i = 0; i < 8; ++i) all.push_back(io.start(get_and_drop(through, c, seed * 100 + i)));
    for (auto& one : all) one.get();
    REQUIRE(c.too_old() == 0);
    REQUIRE(c.hits() > 0);
}

}  // namespace

TEST_CASE("whoever gets through whatever table is given nothing older than the last drop") {
    const auto t = table_of(GENERATE(as<std::string>{}, "process", "redis", "levels"));
    for (std::uint32_t seed = 1; seed <= 5; ++seed) everybody_gets_and_drops(t->io, t->table(), seed);
}

TEST_CASE("the same over a table that answers late, and in front of one") {
    for (std::uint32_t seed = 1; seed <= 10; ++seed) {
        system_clock time;
        cache::process_table near{time, 16U << 20};
        far_table far{time};
        far.most_lag = 6;
        cache::levels both{near, far};
        io_thread io{2};
        everybody_gets_and_drops(io, far, seed);
        everybody_gets_and_drops(io, both, seed);
        io.finish();
    }
}

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
    while (r.count("misses") < 3) std::this_thread::yield();
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
    auto a = r.start("a", never());
    auto b = r.start_all({"b", "found"}, never_all());
    r.settle();
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

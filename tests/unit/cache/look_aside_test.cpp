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

struct reading {
    explicit reading(std::chrono::milliseconds patience = 30s) : through(texts, registry, patience) {}
    ~reading() { io.finish(); }
    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;

    std::future<result<std::string>> start(std::string key, loader load) {
        return io.start(through.get(std::move(key), std::move(load)));
    }
    result<std::string> get(std::string key, loader load) { return start(std::move(key), std::move(load)).get(); }
    void drop(std::vector<std::string> keys) { io.run(through.drop(std::move(keys))); }
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

TEST_CASE("who comes after a drop is not given what somebody found in the table while the drop was under way") {
    gate g;
    system_clock time;
    far_table texts{time};
    metrics::registry m;
    cache::look_aside through{texts, m};
    io_thread io{2};
    REQUIRE(io.run(through.get("key", says("old"))).value() == "old");
    std::future<result<std::string>> meanwhile;
    texts.before_drop = [&]() -> task<> {
        texts.after_look = [&g] { return g.pass(); };
        meanwhile = io.start(through.get("key", never()));
        while (g.arrived == 0) co_await turns(1);
    };
    io.run(through.drop({"key"}));
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
    t.io.run(through.drop({"key"}));
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

task<> get_and_drop(cache::look_aside& through, crowd& c, std::uint32_t seed) {
    std::mt19937 dice{seed};
    for (int i = 0; i < 200; ++i) {
        auto& of = c.any(dice);
        if (dice() % 4 == 0) {
            const int version = crowd::commit(of);
            std::vector<std::string> keys{of.key};
            co_await through.drop(std::move(keys));
            crowd::dropped(of, version);
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
    io.run(texts.drop({"row 0", "row 1"}));
    std::vector<std::future<void>> all;
    for (std::uint32_t i = 0; i < 8; ++i) all.push_back(io.start(get_and_drop(through, c, seed * 100 + i)));
    for (auto& one : all) one.get();
    REQUIRE(c.too_old() == 0);
    REQUIRE(c.hits() > 0);
}

}  // namespace

TEST_CASE("whoever gets through whatever table is given nothing older than the last complete drop") {
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

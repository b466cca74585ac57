// The table in this process: its bound, what makes room, and threads.
#include "madang/cache/process_table.hpp"

#include "part.hpp"

#include <atomic>
#include <random>
#include <thread>

#include "catch.hpp"
#include "manual_clock.hpp"

using namespace madang;
using namespace madang::test;
using namespace std::chrono_literals;
using cache::lease;
using cache::process_table;

namespace {

void put(process_table& t, const std::string& key, std::string text, std::chrono::milliseconds ttl = 1min) {
    t.fill(key, t.find(key, cache::new_lease()).to_fill, std::move(text), ttl);
}
bool has(process_table& t, const std::string& key) { return t.glance(key).has_value(); }

}  // namespace

TEST_CASE("a table never holds more bytes than it may, keys and bookkeeping included") {
    manual_clock time;
    constexpr std::size_t most = 200'000;
    process_table t{time, most};
    std::mt19937 dice{7};
    for (int i = 0; i < 20'000; ++i) {
        const std::string key(1 + dice() % 60, static_cast<char>('a' + dice() % 26));
        put(t, key + std::to_string(dice() % 300), std::string(dice() % 3000, 'x'));
        if (dice() % 10 == 0) t.forget(std::vector{key});
        REQUIRE(t.counted().bytes <= most);
    }
    const auto all = t.counted();
    REQUIRE(all.bytes > most / 2);
    REQUIRE(all.entries > 10);
    REQUIRE(all.evictions > 1000);

    SECTION("leases that nobody uses are bounded too") {
        for (int i = 0; i < 20'000; ++i) REQUIRE(t.find("lease " + std::to_string(i), cache::new_lease()).to_fill != lease::none);
        REQUIRE(t.counted().bytes <= most);
    }
    SECTION("an empty table holds no bytes") {
        t.clear();
        REQUIRE(t.counted().bytes == 0);
        REQUIRE(t.counted().entries == 0);
    }
}

TEST_CASE("a text that is larger than its part is not kept, and the count stays right") {
    manual_clock time;
    process_table t{time, 16'000};
    put(t, "large", std::string(2000, 'x'));
    REQUIRE_FALSE(has(t, "large"));
    REQUIRE(t.counted().bytes == 0);
}

TEST_CASE("what was used least recently makes room") {
    cache::part p{1300};  // for five entries
    const auto now = steady_time{1h};
    const auto use = [&](const std::string& key) { return p.glance(key, now).has_value(); };
    const auto add = [&](const std::string& key) {
        p.fill(key, p.find(key, cache::new_lease(), now, 3s).to_fill, "text", now, 1min);
    };
    for (const auto* const key : {"a", "b", "c", "d", "e"}) add(key);
    REQUIRE(use("a"));
    REQUIRE(p.find("b", cache::new_lease(), now, 3s).text);
    add("f");
    REQUIRE_FALSE(use("c"));
    REQUIRE((use("a") && use("b") && use("d") && use("e") && use("f")));
    add("g");
    REQUIRE_FALSE(use("a"));
    p.forget("d");
    add("h");
    REQUIRE((use("b") && use("e") && use("f") && use("g") && use("h")));
}

TEST_CASE("time to live and lease end to the millisecond of the clock") {
    manual_clock time;
    process_table t{time, 1'000'000};
    put(t, "key", "text", 10s);
    time.advance(9999ms);
    REQUIRE(t.find("key", cache::new_lease()).left == 1ms);
    time.advance(1ms);
    REQUIRE_FALSE(has(t, "key"));
    const auto held = t.find("key", cache::new_lease()).to_fill;
    REQUIRE(held != lease::none);
    time.advance(2999ms);
    REQUIRE(t.find("key", cache::new_lease()).to_fill == lease::none);
    time.advance(1ms);
    t.fill("key", held, "late", 1min);
    REQUIRE_FALSE(has(t, "key"));
    REQUIRE(t.find("key", cache::new_lease()).to_fill != lease::none);
}

TEST_CASE("a text lives from when its lease was given, for it may have been read right then") {
    manual_clock time;
    process_table t{time, 1U << 20, {.lease_life = 3s}};
    const auto held = t.find("key", cache::new_lease()).to_fill;
    time.advance(400ms);
    t.fill("key", held, "text", 1s);
    time.advance(599ms);
    REQUIRE(has(t, "key"));
    time.advance(1ms);
    REQUIRE_FALSE(has(t, "key"));
    const auto late = t.find("key", cache::new_lease()).to_fill;
    time.advance(2s);
    t.fill("key", late, "text", 1s);
    REQUIRE_FALSE(has(t, "key"));
}

TEST_CASE("clear() empties the table, leases too") {
    manual_clock time;
    process_table t{time, 1'000'000};
    put(t, "key", "text");
    const auto held = t.find("loading", cache::new_lease()).to_fill;
    t.clear();
    REQUIRE_FALSE(has(t, "key"));
    t.fill("loading", held, "old", 1min);
    REQUIRE_FALSE(has(t, "loading"));
}

TEST_CASE("hits and misses are counted, and a glance that finds nothing is no miss") {
    manual_clock time;
    process_table t{time, 1'000'000};
    REQUIRE_FALSE(has(t, "key"));
    put(t, "key", "text");
    REQUIRE(has(t, "key"));
    REQUIRE(t.find("key", cache::new_lease()).text == "text");
    const auto all = t.counted();
    REQUIRE(all.misses == 1);
    REQUIRE(all.hits == 2);
    REQUIRE(all.entries == 1);
}

TEST_CASE("threads look, fill, forget and clear at once, and none reads what was forgotten before") {
    system_clock time;
    process_table t{time, 20'000};
    std::array<std::atomic<int>, 40> committed{};
    std::array<std::atomic<int>, 40> forgotten{};
    std::atomic<int> too_old{0};
    const auto work = [&](std::uint32_t seed) {
        std::mt19937 dice{seed};
        for (int i = 0; i < 20'000; ++i) {
            const auto row = dice() % committed.size();
            const std::vector key{"row " + std::to_string(row)};
            if (dice() % 8 == 0) {
                const int version = ++committed.at(row);
                t.forget(key);
                for (int before = forgotten.at(row); before < version;)
                    if (forgotten.at(row).compare_exchange_weak(before, version)) break;
                if (dice() % 200 == 0) t.clear();
                continue;
            }
            const int floor = forgotten.at(row);
            if (const auto quick = t.glance(key.front())) {
                if (std::stoi(*quick) < floor) ++too_old;
                continue;
            }
            const auto f = t.find(key.front(), cache::new_lease());
            if (f.text) {
                if (std::stoi(*f.text) < floor) ++too_old;
                continue;
            }
            const int version = committed.at(row);
            if (dice() % 4 == 0) std::this_thread::yield();
            t.fill(key.front(), f.to_fill, std::to_string(version) + std::string(dice() % 500, ' '), 1min);
        }
    };
    std::vector<std::thread> threads;
    for (std::uint32_t seed = 1; seed <= 4; ++seed) threads.emplace_back(work, seed);
    for (auto& one : threads) one.join();
    REQUIRE(too_old == 0);
    REQUIRE(t.counted().hits > 0);
    REQUIRE(t.counted().bytes <= 20'000);
}

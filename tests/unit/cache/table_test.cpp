// What every table promises: in process, in Redis, and one in front of the other.
#include "crowd.hpp"
#include "tables.hpp"

#include <algorithm>
#include <set>

using namespace madang;
using namespace madang::test;
using cache::lease;

namespace {

std::string each_kind() { return GENERATE(as<std::string>{}, "process", "redis", "levels"); }

}  // namespace

TEST_CASE("leases are never none, and never the same twice") {
    std::set<lease> all;
    for (int i = 0; i < 10'000; ++i) all.insert(cache::new_lease());
    REQUIRE(all.size() == 10'000);
    REQUIRE_FALSE(all.contains(lease::none));
}

TEST_CASE("the first who misses gets a lease, the next ones none, and after the fill everybody hits") {
    const auto t = table_of(each_kind());
    const auto first = t->look("key");
    REQUIRE_FALSE(first.text);
    REQUIRE(first.to_fill != lease::none);
    const auto second = t->look("key");
    REQUIRE_FALSE(second.text);
    REQUIRE(second.to_fill == lease::none);
    REQUIRE(t->look("another").to_fill != lease::none);

    t->fill("key", first.to_fill, "text");
    for (int i = 0; i < 2; ++i) {
        const auto hit = t->look("key");
        REQUIRE(hit.text == "text");
        REQUIRE(hit.to_fill == lease::none);
        REQUIRE(hit.left > 0s);
        REQUIRE(hit.left <= 1min);
    }
    REQUIRE_FALSE(t->look("another").text);
}

TEST_CASE("a fill without a lease, with another one or with a used one stores nothing") {
    const auto t = table_of(each_kind());
    t->fill("key", lease::none, "without");
    const auto held = t->look("key").to_fill;
    REQUIRE(held != lease::none);
    t->fill("key", lease::none, "without");
    t->fill("key", cache::new_lease(), "with another");
    REQUIRE_FALSE(t->look("key").text);
    t->fill("key", held, "first");
    t->fill("key", held, "second");
    REQUIRE(t->look("key").text == "first");
    t->fill("key", lease::none, "without");
    REQUIRE(t->look("key").text == "first");
}

TEST_CASE("a drop deletes the value, and makes the leases of loads that began before it void") {
    const auto t = table_of(each_kind());
    t->put("key", "old");
    t->drop({"key"});
    const auto before = t->look("key").to_fill;
    REQUIRE(before != lease::none);
    t->drop({"key"});
    t->fill("key", before, "old");
    const auto after = t->look("key");
    REQUIRE_FALSE(after.text);
    REQUIRE(after.to_fill != lease::none);
    t->fill("key", before, "old");
    REQUIRE_FALSE(t->look("key").text);
    t->fill("key", after.to_fill, "new");
    REQUIRE(t->look("key").text == "new");
}

TEST_CASE("a text is shown for its time to live, and then the next one may load") {
    const auto t = table_of(each_kind());
    const auto began = std::chrono::steady_clock::now();
    t->put("key", "text", 120ms);
    t->put("never", "text", 0ms);
    REQUIRE_FALSE(t->look("never").text);
    cache::found f;
    while ((f = t->look("key")).text) REQUIRE(f.left <= 120ms);
    // Redis knows the time to the millisecond.
    REQUIRE(std::chrono::steady_clock::now() - began >= 118ms);
    REQUIRE(f.to_fill != lease::none);
}

TEST_CASE("a lease expires by itself, and what its holder brings later is nothing") {
    cache::limits l;
    l.lease_life = 120ms;
    const auto t = table_of(each_kind(), l);
    const auto began = std::chrono::steady_clock::now();
    const auto dead = t->look("key").to_fill;
    REQUIRE(dead != lease::none);
    auto next = lease::none;
    while (next == lease::none) next = t->look("key").to_fill;
    REQUIRE(std::chrono::steady_clock::now() - began >= 118ms);
    std::this_thread::sleep_for(l.lease_life);  // two levels may have given it one after the other
    t->fill("key", dead, "late");
    REQUIRE_FALSE(t->look("key").text);
}

TEST_CASE("keys and texts are any bytes, and a text may be empty") {
    const auto t = table_of(each_kind());
    const std::string bytes{"\0\r\n$-1\r\n\xff}{", 11};
    t->put("bytes", bytes);
    t->put("empty", "");
    t->put(bytes, "under bytes");
    t->put("", "under nothing");
    REQUIRE(t->look("bytes").text == bytes);
    REQUIRE(t->look("empty").text == "");
    REQUIRE(t->look(bytes).text == "under bytes");
    REQUIRE(t->look("").text == "under nothing");
    t->drop({"empty", bytes});
    REQUIRE_FALSE(t->look("empty").text);
    REQUIRE_FALSE(t->look(bytes).text);
    REQUIRE(t->look("bytes").text == bytes);
}

TEST_CASE("a text is stored up to the limit, and not a byte beyond it") {
    cache::limits l;
    l.longest_text = 100'000;
    const auto t = table_of(each_kind(), l);
    t->put("fits", std::string(100'000, 'x'));
    t->put("too long", std::string(100'001, 'x'));
    REQUIRE(t->look("fits").text == std::string(100'000, 'x'));
    REQUIRE_FALSE(t->look("too long").text);
}

TEST_CASE("many keys are dropped at once, and those that were not named stay") {
    cache::limits l;
    l.lease_life = 1min;  // whatever so many looks take on a busy machine
    const auto t = table_of(each_kind(), l);
    std::vector<std::string> keys(1234);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = "key " + std::to_string(i);
    const auto look_for_all = [&] {
        std::vector<std::future<cache::found>> asked(keys.size());
        for (std::size_t i = 0; i < keys.size(); ++i) asked[i] = t->io.start(look(t->table(), keys[i]));
        return asked;
    };
    auto asked = look_for_all();
    for (std::size_t i = 0; i < keys.size(); ++i) t->fill(keys[i], asked[i].get().to_fill, "text");
    t->put("another", "text");
    REQUIRE(t->look(keys.back()).text == "text");

    t->drop({});
    t->drop(keys);
    asked = look_for_all();
    REQUIRE(std::ranges::none_of(asked, [](auto& one) { return one.get().text.has_value(); }));
    REQUIRE(t->look("another").text == "text");
}

TEST_CASE("one look for many keys answers in their order, with one lease for all that miss, and a key may repeat") {
    const auto t = table_of(each_kind());
    REQUIRE(t->look_all({}).empty());
    t->put("b", "text of b");
    t->put("d", "text of d");
    const auto all = t->look_all({"d", "a", "b", "c", "d", "a"});
    REQUIRE(all.size() == 6);
    for (const auto at : {0, 4}) REQUIRE(all[static_cast<std::size_t>(at)].text == "text of d");
    REQUIRE(all[2].text == "text of b");
    for (const auto at : {1, 3, 5}) REQUIRE_FALSE(all[static_cast<std::size_t>(at)].text);
    REQUIRE(all[1].to_fill != lease::none);
    REQUIRE(all[3].to_fill == all[1].to_fill);
    t->fill("a", all[1].to_fill, "text of a");
    t->drop({"c"});
    t->fill("c", all[3].to_fill, "old");
    const auto later = t->look_all({"c", "a"});
    REQUIRE_FALSE(later[0].text);
    REQUIRE(later[0].to_fill != lease::none);
    REQUIRE(later[1].text == "text of a");
}

TEST_CASE("a drop says when it is complete, once, also when there was nothing to do") {
    const auto t = table_of(each_kind());
    t->put("key", "text");
    t->drop_and_wait({"key"});
    t->drop_and_wait({"key", "another", "key"});
    t->drop_and_wait({});
    std::atomic<int> done{0};
    t->table().drop({"key"}, [&] { ++done; });
    t->drop_and_wait({"key"});
    t->drop_and_wait({"key"});
    REQUIRE(done == 1);
}

TEST_CASE("nobody ever reads a value that is older than the last drop of its key that was begun") {
    const auto t = table_of(each_kind());
    for (std::uint32_t seed = 1; seed <= 5; ++seed) {
        INFO("seed " << seed);
        crowd c{3};
        t->drop({"row 0", "row 1", "row 2"});
        c.run(t->io, {&t->table()}, seed);
        REQUIRE(c.too_old() == 0);
        REQUIRE(c.hits() > 0);
    }
}

// The table in Redis, when Redis is emptied, restarted, hung, full, or shared.
#include "madang/cache/redis_table.hpp"

#include "await.hpp"
#include "crowd.hpp"
#include "scripts.hpp"
#include "tables.hpp"

using namespace madang;
using namespace madang::test;
using cache::lease;

TEST_CASE("Redis knows the script of a look by the digest that is used for it") {
    redis_kind t;
    REQUIRE(t.link->ask("SCRIPT", "LOAD", cache::look_script).text == cache::look_digest);
}

TEST_CASE("value and lease have names with a version, and live no longer than they should") {
    redis_server server;
    io_thread io;
    redis_link link{io, patiently(server)};
    cache::redis_table texts{link.client()};
    const auto held = io.run(look(texts, "rooms 7")).to_fill;
    const auto lease_life = link.ask("PTTL", "madang:c1:l:rooms 7").integer;
    REQUIRE((lease_life > 0 && lease_life <= 3000));
    texts.fill("rooms 7", held, "text", 10s);
    REQUIRE(link.ask("GET", "madang:c1:v:rooms 7").text == "text");
    const auto left = link.ask("PTTL", "madang:c1:v:rooms 7").integer;
    REQUIRE((left > 0 && left <= 10'000));
    REQUIRE(link.ask("DBSIZE").integer == 1);
    link.client().stop();
    io.finish();
}

TEST_CASE("a Redis that was emptied is a cold cache, and leases from before are void") {
    redis_server server;
    redis_kind t{{}, patiently(server)};
    t.put("key", "text");
    const auto held = t.look("loading").to_fill;
    t.link->ask("FLUSHALL");
    t.fill("loading", held, "old");
    REQUIRE_FALSE(t.look("loading").text);
    REQUIRE(t.look("key").to_fill != lease::none);
    t.drop({"key"});
    t.put("key", "new");
    REQUIRE(t.look("key").text == "new");
}

TEST_CASE("scripts that Redis has forgotten are sent again, for a look as for a fill") {
    redis_server server;
    redis_kind t{{}, patiently(server)};
    t.put("key", "text");
    REQUIRE(t.texts.counted().scripts == 1);
    REQUIRE(t.look("key").text == "text");
    REQUIRE(t.texts.counted().scripts == 1);
    t.link->ask("SCRIPT", "FLUSH");
    REQUIRE(t.look("key").text == "text");
    REQUIRE(t.texts.counted().scripts == 2);
    const auto held = t.look("loading").to_fill;
    t.link->ask("SCRIPT", "FLUSH");
    t.fill("loading", held, "loaded");
    REQUIRE(t.look("loading").text == "loaded");
}

TEST_CASE("without Redis every look is a miss without a lease, and nothing fails; when it is back it is used") {
    redis_server server;
    redis_kind t{{}, patiently(server)};
    t.put("key", "text");
    server.crash();
    t.link->wait(false);
    REQUIRE(no_lease(t.look("key")));
    t.fill("key", cache::new_lease(), "text");
    t.drop_and_wait({"key"});
    REQUIRE(t.texts.counted().failed == 2);
    server.start();
    wait_until_asked(t);
    t.put("key", "new");
    REQUIRE(t.look("key").text == "new");
}

TEST_CASE("a Redis that hangs costs one deadline, then nothing") {
    redis_server server;
    redis_kind t{{}, server.where()};
    const auto elapsed = [](auto work) {
        const auto began = std::chrono::steady_clock::now();
        work();
        return std::chrono::steady_clock::now() - began;
    };
    wait_until_asked(t);
    const auto held = t.look("key").to_fill;
    server.freeze();
    REQUIRE(elapsed([&] { REQUIRE(no_lease(t.look("key"))); }) >= 240ms);
    const auto later = elapsed([&] {
        REQUIRE(no_lease(t.look("key")));
        t.fill("key", held, "text");
        t.drop_and_wait({"key"});
    });
    REQUIRE(later < 200ms);
    server.thaw();
    wait_until_asked(t);
    put_until_shown(t, "other", "text");
}

TEST_CASE("a Redis with too much to do is a miss at once") {
    redis_server server;
    auto o = patiently(server);
    o.most_waiting = 2;
    redis_kind t{{}, o};
    REQUIRE(t.look("script").to_fill != lease::none);
    const auto before = t.link->client().counted().commands.load();
    server.freeze();
    auto first = t.io.start(look(t.texts, "key"));
    auto second = t.io.start(look(t.texts, "key"));
    await([&] { return t.link->client().counted().commands >= before + 2; });
    REQUIRE(no_lease(t.look("key")));
    t.drop_and_wait({"key"});
    server.thaw();
    const auto a = first.get().to_fill;
    const auto b = second.get().to_fill;
    // The drop was refused, so nothing that was under way is believed.
    REQUIRE((a == lease::none && b == lease::none));
    REQUIRE(t.texts.counted().failed == 4);
}

TEST_CASE("a Redis that takes no more writes still hits and drops, and grants no lease") {
    redis_server server;
    redis_kind t{{}, patiently(server)};
    t.put("key", "text");
    REQUIRE(t.look("key").text == "text");
    t.link->ask("CONFIG", "SET", "maxmemory", "1");
    REQUIRE(no_lease(t.look("other")));
    const auto all = t.look_all({"other", "key"});
    REQUIRE(no_lease(all[0]));
    REQUIRE(all[1].text == "text");
    t.drop({"key"});
    REQUIRE(no_lease(t.look("key")));
    t.link->ask("CONFIG", "SET", "maxmemory", "0");
    REQUIRE(t.look("key").to_fill != lease::none);
}

TEST_CASE("two nodes share what one has loaded, and what one drops is gone for both") {
    redis_kind a;
    redis_link other{a.io, patiently(shared_redis())};
    cache::redis_table b{other.client(), {}, a.prefix};
    const auto held = a.look("key").to_fill;
    REQUIRE(no_lease(a.io.run(look(b, "key"))));
    a.fill("key", held, "text");
    REQUIRE(a.look("key").text == "text");  // behind the fill, which does not wait
    REQUIRE(a.io.run(look(b, "key")).text == "text");
    a.io.run(drop_and_wait(b, {"key"}));
    REQUIRE(a.look("key").to_fill != lease::none);

    for (std::uint32_t seed = 1; seed <= 3; ++seed) {
        INFO("seed " << seed);
        crowd c{3};
        a.drop_and_wait({"row 0", "row 1", "row 2"});
        c.run(a.io, {&a.texts, &b}, seed);
        REQUIRE(c.too_old() == 0);
        REQUIRE(c.hits() > 0);
    }
}

TEST_CASE("many keys are looked up in a few commands and one round trip, and answered in their order") {
    cache::limits l;
    l.lease_life = 1min;
    redis_kind t{l};
    std::vector<std::string> keys(600);
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = "key " + std::to_string(i);
    t.look("script");
    const auto commands = [&] { return t.link->client().counted().commands.load(); };
    auto before = commands();
    auto all = t.look_all(keys);
    REQUIRE(commands() - before == 3);
    REQUIRE(all.size() == keys.size());
    for (std::size_t i = 0; i < keys.size(); ++i) {
        REQUIRE(all[i].to_fill != lease::none);
        if (i % 3 != 0) t.fill(keys[i], all[i].to_fill, "text " + std::to_string(i));
    }
    t.link->ask("SCRIPT", "FLUSH");
    before = commands();
    all = t.look_all(keys);
    REQUIRE(commands() - before == 6);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        INFO(i);
        if (i % 3 == 0)
            REQUIRE(no_lease(all[i]));  // somebody has it, and has not filled
        else
            REQUIRE(all[i].text == "text " + std::to_string(i));
    }
    REQUIRE(t.texts.counted().hits == 400);
    REQUIRE(t.texts.counted().misses == 801);

    before = commands();
    t.drop_and_wait(keys);
    REQUIRE(commands() - before == 3);
    all = t.look_all(keys);
    REQUIRE(std::ranges::none_of(all, no_lease));
    REQUIRE(std::ranges::none_of(all, [](const auto& f) { return f.text.has_value(); }));
    before = commands();
    REQUIRE(t.look_all({}).empty());
    REQUIRE(commands() == before);
}

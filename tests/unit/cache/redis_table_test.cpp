// The table in Redis, when Redis is emptied, restarted, hung, full, or shared.
#include "madang/cache/redis_table.hpp"

#include "crowd.hpp"
#include "scripts.hpp"
#include "tables.hpp"

using namespace madang;
using namespace madang::test;
using cache::lease;

namespace {

bool no_lease(const cache::found& f) { return !f.text && f.to_fill == lease::none; }

}  // namespace

TEST_CASE("Redis knows the script of look() by the digest that is used for it") {
    redis_kind t;
    REQUIRE(t.link->ask("SCRIPT", "LOAD", cache::look_script).text == cache::look_digest);
}

TEST_CASE("value and lease have names with a version and a common hash tag, and live no longer than they should") {
    redis_server server;
    io_thread io;
    redis_link link{io, patiently(server)};
    cache::redis_table texts{link.client()};
    const auto held = io.run(texts.look("rooms 7")).to_fill;
    const auto lease_life = link.ask("PTTL", "madang:c1:l:{rooms 7}").integer;
    REQUIRE((lease_life > 0 && lease_life <= 3000));
    texts.fill("rooms 7", held, "text", 10s);
    REQUIRE(link.ask("GET", "madang:c1:v:{rooms 7}").text == "text");
    const auto left = link.ask("PTTL", "madang:c1:v:{rooms 7}").integer;
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
    t.drop({"key"});
    REQUIRE(t.texts.counted().failed == 2);
    server.start();
    t.link->wait(true);
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
    const auto held = t.look("key").to_fill;
    server.freeze();
    REQUIRE(elapsed([&] { REQUIRE(no_lease(t.look("key"))); }) >= 240ms);
    const auto later = elapsed([&] {
        REQUIRE(no_lease(t.look("key")));
        t.fill("key", held, "text");
        t.drop({"key"});
    });
    REQUIRE(later < 200ms);
    server.thaw();
    t.link->wait(true);
    t.put("other", "text");
    REQUIRE(t.look("other").text == "text");
}

TEST_CASE("a Redis with too much to do is a miss at once") {
    redis_server server;
    auto o = patiently(server);
    o.most_waiting = 2;
    redis_kind t{{}, o};
    REQUIRE(t.look("script").to_fill != lease::none);
    server.freeze();
    auto first = t.io.start(t.texts.look("key"));
    auto second = t.io.start(t.texts.look("key"));
    while (t.link->client().counted().commands < 4) std::this_thread::yield();
    REQUIRE(no_lease(t.look("key")));
    t.drop({"key"});
    server.thaw();
    const auto a = first.get().to_fill;
    const auto b = second.get().to_fill;
    REQUIRE((a == lease::none) != (b == lease::none));
    REQUIRE(t.texts.counted().failed == 2);
}

TEST_CASE("a Redis that takes no more writes still hits and drops, and grants no lease") {
    redis_server server;
    redis_kind t{{}, patiently(server)};
    t.put("key", "text");
    REQUIRE(t.look("key").text == "text");
    t.link->ask("CONFIG", "SET", "maxmemory", "1");
    REQUIRE(no_lease(t.look("other")));
    REQUIRE(t.look("key").text == "text");
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
    REQUIRE(no_lease(a.io.run(b.look("key"))));
    a.fill("key", held, "text");
    REQUIRE(a.look("key").text == "text");  // behind the fill, which does not wait
    REQUIRE(a.io.run(b.look("key")).text == "text");
    a.io.run(b.drop({"key"}));
    REQUIRE(a.look("key").to_fill != lease::none);

    for (std::uint32_t seed = 1; seed <= 3; ++seed) {
        INFO("seed " << seed);
        crowd c{3};
        a.drop({"row 0", "row 1", "row 2"});
        c.run(a.io, {&a.texts, &b}, seed);
        REQUIRE(c.too_old() == 0);
        REQUIRE(c.hits() > 0);
    }
}

// Dropping in Redis when it is emptied, hung, refuses, or is gone: what is void is never shown, and is dropped at some time.
#include "madang/cache/redis_table.hpp"

#include "await.hpp"
#include "crowd.hpp"
#include "owed_drops.hpp"
#include "tables.hpp"

using namespace madang;
using namespace madang::test;

TEST_CASE("a drop that Redis did not carry out is repeated, and what is void is not shown before") {
    redis_server server;
    redis_kind t{{}, server.where()};
    put_until_shown(t, "key", "old");
    redis_kind other{{}, server.where(), t.prefix};
    wait_until_shown(other, "key", "old");
    server.freeze();
    t.drop_and_wait({"key"});
    server.thaw();
    cache::found f;
    while (no_lease(f = t.look("key"))) REQUIRE_FALSE(f.text);
    REQUIRE_FALSE(f.text);
    wait_until_asked(other);
    REQUIRE_FALSE(other.look("key").text);
}

TEST_CASE("more drops than can be remembered switch Redis off for the life of a text") {
    cache::owed_drops owed{50ms};
    std::vector<std::string> many(cache::owed_drops::most + 1);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = std::to_string(i);
    owed.owe(many);
    REQUIRE(owed.any());
    REQUIRE(owed.take().empty());
    const auto began = std::chrono::steady_clock::now();
    await([&] {
        REQUIRE(owed.take().empty());
        return !owed.any();
    });
    REQUIRE(std::chrono::steady_clock::now() - began < 20s);
    REQUIRE(owed.times() == 1);
}

TEST_CASE("owed drops are repeated by one at a time, and again when that failed") {
    cache::owed_drops owed{1h};
    owed.owe({"a", "b"});
    const auto first = owed.take();
    REQUIRE(first == std::vector<std::string>{"a", "b"});
    REQUIRE(owed.take().empty());
    REQUIRE(owed.any());
    owed.repaid(false, first);
    owed.repaid(true, owed.take());
    REQUIRE_FALSE(owed.any());
}

TEST_CASE("drops that are refused again and again are repeated after pauses that grow, until one is carried out") {
    cache::owed_drops owed{1h};
    owed.owe({"a"});
    REQUIRE_FALSE(owed.waits());
    const auto pause_after_refusal = [&] {
        const auto began = std::chrono::steady_clock::now();
        owed.repaid(false, owed.take());
        await([&] { return !owed.waits(); });
        return std::chrono::steady_clock::now() - began;
    };
    for (const auto least : {50ms, 100ms, 200ms}) REQUIRE(pause_after_refusal() >= least);
    REQUIRE(owed.is_first_refusal());
    REQUIRE_FALSE(owed.is_first_refusal());
    owed.repaid(true, owed.take());
    REQUIRE_FALSE(owed.any());
    REQUIRE_FALSE(owed.waits());
    REQUIRE(owed.is_first_refusal());
}

TEST_CASE("a Redis that refuses a drop is not asked for it again by every look") {
    redis_server server;
    redis_kind t{{}, patiently(server)};
    t.put("key", "old");
    REQUIRE(t.look("key").text == "old");
    t.link->ask("CONFIG", "SET", "min-replicas-to-write", "1");
    t.drop_and_wait({"key"});
    const auto before = t.link->client().counted().commands.load();
    for (int i = 0; i < 1000; ++i) REQUIRE(no_lease(t.look("key")));
    REQUIRE(t.link->client().counted().commands - before < 20);
    t.link->ask("CONFIG", "SET", "min-replicas-to-write", "0");
    wait_until_asked(t);
    REQUIRE_FALSE(t.look("key").text);
}

TEST_CASE("a Redis that has become a replica is left, and what it did not drop is dropped where writes are taken") {
    redis_server server;
    redis_kind t{{}, patiently(server)};
    redis_link admin{t.io, patiently(server)};
    t.put("key", "old");
    REQUIRE(t.look("key").text == "old");
    admin.ask("REPLICAOF", "127.0.0.1", "1");
    t.drop_and_wait({"key"});
    t.link->wait(false);
    REQUIRE(no_lease(t.look("key")));
    admin.ask("REPLICAOF", "NO", "ONE");
    wait_until_asked(t);
    REQUIRE_FALSE(t.look("key").text);
}

TEST_CASE("a drop that was begun is complete at some time, whatever becomes of Redis and of the table") {
    redis_server server;
    io_thread io;
    auto link = std::make_unique<redis_link>(io, patiently(server));
    auto texts = std::make_unique<cache::redis_table>(link->client());
    server.freeze();
    std::atomic<int> done{0};
    texts->drop({"key"}, [&] { ++done; });
    io.run(turns(20));
    REQUIRE(done == 0);
    texts.reset();
    server.crash();
    link->wait(false);
    io.run(turns(20));
    REQUIRE(done == 1);

    texts = std::make_unique<cache::redis_table>(link->client());
    io.run(drop_and_wait(*texts, {"key"}));
    texts->drop({}, [&] { ++done; });
    REQUIRE(done == 2);
    link->client().stop();
    io.run(drop_and_wait(*texts, {"key"}));
    REQUIRE(texts->counted().failed == 2);
    io.finish();
}

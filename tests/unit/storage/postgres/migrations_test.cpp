#include "madang/storage/migrations.hpp"

#include "../ports/world.hpp"
#include "../sqlite/files.hpp"
#include "node.hpp"

#include <algorithm>
#include <barrier>
#include <future>

using namespace madang;
using namespace madang::test;
using Catch::Matchers::Contains;
using storage::migrate;
using storage::migration;
using storage::migration_error;
using storage::plan;
using storage::postgres_url;
using storage::storage_error;
using list = std::vector<std::string>;

namespace {

const migration first{1, "0001_first", "CREATE TABLE meta (name text PRIMARY KEY, value text NOT NULL);"};
const migration second{2, "0002_second", "CREATE TABLE b (x integer); INSERT INTO b VALUES (1);"};
const migration third{3, "0003_third", "CREATE TABLE c (x integer);"};
const migration broken{2, "0002_broken", "CREATE TABLE b (x integer); CREATE TABLE b (x integer);"};
const migration endless{2, "0002_endless", "CREATE TABLE b (x integer); SELECT pg_sleep(3600);"};
const manual_clock now;

postgres_url empty() { return postgres_server::shared().empty_database(); }

std::string meta(const postgres_url& database, const std::string& name) {
    return stranger{database}.value("SELECT value FROM meta WHERE name = '" + name + "'");
}

bool is_one_line(const std::string& text) { return text.find('\n') == std::string::npos; }

}  // namespace

TEST_CASE("the source tree's migrations make a PostgreSQL database, once") {
    const auto database = empty();
    const auto& steps = postgres_migrations();
    REQUIRE(plan(database, steps).missing.size() == steps.size());
    REQUIRE(plan(database, steps).missing.size() == steps.size());  // it made nothing
    REQUIRE(migrate(database, steps, now).size() == steps.size());
    REQUIRE(plan(database, steps).missing.empty());
    REQUIRE_FALSE(plan(database, steps).is_newer);
    const auto epoch = meta(database, "epoch");
    REQUIRE(migrate(database, steps, now).empty());
    REQUIRE(meta(database, "epoch") == epoch);
}

TEST_CASE("what is missing in PostgreSQL is planned and applied in order, and gives no second epoch") {
    const auto database = empty();
    REQUIRE(migrate(database, std::vector{first}, now) == list{"0001_first"});
    const auto epoch = meta(database, "epoch");
    REQUIRE(epoch.size() == 12);
    const std::vector all{first, second, third};
    REQUIRE(plan(database, all).missing == list{"0002_second", "0003_third"});
    REQUIRE(migrate(database, all, now) == list{"0002_second", "0003_third"});
    REQUIRE(meta(database, "epoch") == epoch);
    stranger tool{database};
    REQUIRE(tool.value("SELECT string_agg(version || ' ' || name, ', ' ORDER BY applied_at, version) FROM migrations") ==
            "1 0001_first, 2 0002_second, 3 0003_third");
    REQUIRE(tool.value("SELECT (max(applied_at) AT TIME ZONE 'UTC')::text FROM migrations") == "2026-11-22 08:30:00");
}

TEST_CASE("two PostgreSQL databases have different epochs") {
    const auto a = empty(), b = empty();
    migrate(a, std::vector{first}, now);
    migrate(b, std::vector{first}, now);
    REQUIRE(meta(a, "epoch") != meta(b, "epoch"));
}

TEST_CASE("a step that fails in PostgreSQL is undone whole and can be repeated") {
    const auto database = empty();
    REQUIRE_THROWS_WITH(migrate(database, std::vector{first, broken}, now), Contains("0002_broken") && Contains("undone"));
    REQUIRE(stranger{database}.ask("SELECT WHERE to_regclass('b') IS NOT NULL").empty());
    REQUIRE(plan(database, std::vector{first, second}).missing == list{"0002_second"});
    REQUIRE(migrate(database, std::vector{first, second}, now) == list{"0002_second"});
}

TEST_CASE("a PostgreSQL schema one step newer is worked with, and a still newer one refused") {
    const auto database = empty();
    migrate(database, std::vector{first, second}, now);
    REQUIRE(plan(database, std::vector{first}).missing.empty());
    REQUIRE(plan(database, std::vector{first}).is_newer);
    REQUIRE(migrate(database, std::vector{first}, now).empty());
    migrate(database, std::vector{first, second, third}, now);
    REQUIRE_THROWS_WITH(migrate(database, std::vector{first}, now), Contains("newer") && Contains("0003_third"));
    REQUIRE_THROWS_WITH(plan(database, std::vector{first}), Contains("newer") && Contains("0003_third"));
}

TEST_CASE("a changed step and a gap are refused by PostgreSQL's migrations in one line") {
    const auto database = empty();
    migrate(database, std::vector{first, second}, now);
    migration changed = first;
    changed.sql = "CREATE TABLE other (x integer);";
    REQUIRE_THROWS_WITH(plan(database, std::vector{changed, second}), Contains("0001_first") && Contains("differs"));
    REQUIRE_THROWS_AS(migrate(database, std::vector{changed, second}, now), migration_error);
    REQUIRE_THROWS_WITH(plan(database, std::vector{second}), Contains("contiguous"));
    REQUIRE_THROWS_AS(migrate(database, std::vector{second}, now), migration_error);
    stranger{database}.ask("DELETE FROM migrations WHERE version = 1");
    REQUIRE_THROWS_WITH(plan(database, std::vector{first, second}), Contains("lacks") && Contains("0001_first"));
    REQUIRE_THROWS_AS(migrate(database, std::vector{first, second}, now), migration_error);
}

TEST_CASE("a step that fails is undone, and said in one line with the server's reason") {
    const auto database = empty();
    const migration wrong{2, "0002_wrong", "CREATE TABLE second (y integer);\nSELECT no_such_column\n  FROM second;"};
    try {
        migrate(database, std::vector{first, wrong}, now);
        FAIL("was applied");
    } catch (const storage_error& e) {
        REQUIRE_THAT(e.what(), Contains("0002_wrong") && Contains("no_such_column"));
        REQUIRE(is_one_line(e.what()));
    }
    REQUIRE(plan(database, std::vector{first, wrong}).missing.size() == 1);
    REQUIRE(stranger{database}.ask("SELECT 1 WHERE to_regclass('second') IS NOT NULL").empty());
}

TEST_CASE("eight who migrate one empty database at once apply each step once, and agree on one epoch") {
    constexpr int people = 8;
    const auto database = empty();
    const auto& steps = postgres_migrations();
    std::barrier ready{people};
    std::vector<std::future<list>> all;
    for (int i = 0; i < people; ++i)
        all.push_back(std::async(std::launch::async, [&] {
            ready.arrive_and_wait();
            return migrate(database, steps, now);
        }));
    list applied, names;
    for (auto& one : all) std::ranges::copy(one.get(), std::back_inserter(applied));
    for (const auto& step : steps) names.emplace_back(step.name);
    std::ranges::sort(applied);
    REQUIRE(applied == names);
    REQUIRE(plan(database, steps).missing.empty());
    REQUIRE(meta(database, "epoch").size() == 12);
}

TEST_CASE("who is killed in the middle of a migration does not keep others from it") {
    const auto database = empty();
    migrate(database, std::vector{first}, now);
    stranger tool{database};
    const std::string ours = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND ";
    auto killed = std::async(std::launch::async, [&] { return migrate(database, std::vector{first, endless}, now); });
    tool.await(ours + "wait_event = 'PgSleep'");
    auto other = std::async(std::launch::async, [&] { return migrate(database, std::vector{first, second}, now); });
    tool.await(ours + "wait_event = 'advisory'");
    tool.ask("SELECT pg_terminate_backend(pid) FROM (" + ours + "wait_event = 'PgSleep') sleeper");
    REQUIRE_THROWS_AS(killed.get(), storage_error);
    REQUIRE(other.get() == list{"0002_second"});
}

TEST_CASE("a PostgreSQL that cannot be reached is said in one line, with a way out") {
    const auto where = GENERATE(as<std::string>{}, "postgresql://madang@/madang?host=/nowhere",
                                "postgresql://madang@127.0.0.1:1/madang", "postgresql://madang@/madang?host=/nowhere,/nor/here");
    const auto check = [](const auto& attempt) {
        try {
            attempt();
            FAIL("was reached");
        } catch (const storage_error& e) {
            INFO(e.what());
            REQUIRE_THAT(e.what(), Contains("PostgreSQL") && Contains("check storage.url"));
            REQUIRE(is_one_line(e.what()));
        }
    };
    check([&] { (void)plan(postgres_url{where}, postgres_migrations()); });
    check([&] { migrate(postgres_url{where}, postgres_migrations(), now); });
    check([&] { postgres_node{patient_options(postgres_url{where}), now}; });
}

TEST_CASE("a store over a PostgreSQL database without tables says what to do") {
    REQUIRE_THROWS_WITH((postgres_node{patient_options(empty()), now}), Contains("madang migrate"));
}

TEST_CASE("the same timeline keeps the epoch, and another one gives a new epoch, once") {
    const auto options = patient_options(postgres_server::shared().migrated_database());
    const auto epoch_seen = [&] {
        world w{nodes_with(options)};
        return w.get(w.rooms().epoch());
    };
    const auto id_of = [&](const std::string& name) {
        world w{nodes_with(options)};
        return w.person(name).value;
    };
    const auto epoch = meta(options.url, "epoch");
    REQUIRE(epoch_seen() == epoch);
    const auto timeline = meta(options.url, "timeline");
    REQUIRE(timeline.size() == 8);
    REQUIRE(epoch_seen() == epoch);
    const auto before = id_of("sora");
    REQUIRE(id_of("jun") == before + 1);
    stranger{options.url}.ask("UPDATE meta SET value = '000000FF' WHERE name = 'timeline'");
    const auto later = epoch_seen();
    // What the lost transactions gave is not given again.
    REQUIRE(id_of("mina") > before + 10'000);
    REQUIRE(later.size() == epoch.size());
    REQUIRE(later != epoch);
    REQUIRE(meta(options.url, "timeline") == timeline);
    REQUIRE(epoch_seen() == later);
}

TEST_CASE("a role with no rights on the sequences is served by a server that took over, too") {
    auto options = patient_options(postgres_server::shared().migrated_database());
    const auto epoch = meta(options.url, "epoch");
    stranger{options.url}.ask("INSERT INTO meta (name, value) VALUES ('timeline', '000000FF')");
    options.url = for_plain_role(options.url);
    world w{nodes_with(options)};
    const auto sora = w.person("sora");
    w.say(w.create(domain::room_kind::group, sora, {}).room, sora, "text");
    REQUIRE(meta(options.url, "epoch") != epoch);
}

TEST_CASE("a node that runs while another server takes over gives the new epoch before it writes there") {
    const auto options = patient_options(postgres_server::shared().migrated_database());
    world w{nodes_with(options)};
    const auto epoch = w.get(w.rooms().epoch());
    const auto sora = w.person("sora");
    const auto room = w.create(domain::room_kind::group, sora, {}).room;
    stranger tool{options.url};
    tool.ask("UPDATE meta SET value = '000000FF' WHERE name = 'timeline'");
    tool.ask(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    w.say(room, sora, "text");
    REQUIRE(meta(options.url, "epoch") != epoch);
}

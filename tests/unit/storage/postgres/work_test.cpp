// The two doors: a read in one snapshot, and a transaction, over one connection each, so that what one leaves behind the next one
// finds.
#include "postgres/work.hpp"

#include <stdexcept>

#include "catch.hpp"
#include "run_task.hpp"
#include "server.hpp"

using namespace madang;
using namespace madang::storage::postgres;
using namespace madang::test;

namespace {

class one_connection {
public:
    explicit one_connection(use u) : pool_(io_.context(), connector_, first_, u, 1, 100, report_) { pool_.start(); }
    ~one_connection() {
        pool_.stop();
        io_.finish();
    }
    one_connection(const one_connection&) = delete;
    one_connection& operator=(const one_connection&) = delete;

    pool& get() { return pool_; }
    io_thread& io() { return io_; }

    result<std::int64_t> read_number(statements all) {
        auto last = [](const answers& found) -> result<std::int64_t> { return found.back().front().get<std::int64_t>(0); };
        return io_.run(read<std::int64_t>(pool_, std::move(all), last));
    }

private:
    io_thread io_;
    storage::store_stats stats_;
    storage::reporter report_{stats_, {}};
    precedence first_;
    connector connector_{postgres_server::shared().migrated_database().text, std::chrono::seconds{10}};
    pool pool_;
};

statements number(std::int64_t n) { return statements::of("SELECT $1::bigint", n); }

}  // namespace

TEST_CASE("a read that fails leaves nothing behind for the next one on its connection") {
    one_connection c{use::reading};
    auto bad = number(1);
    bad.add("SELECT 1 / $1::bigint", 0);
    bad.add("SELECT 2::bigint");
    REQUIRE(c.read_number(std::move(bad)).error().code == errc::internal);
    REQUIRE(*c.read_number(number(7)) == 7);
    auto two = number(8);
    two.add("SELECT 9::bigint");
    REQUIRE(*c.read_number(std::move(two)) == 9);
}

TEST_CASE("a house rule for the isolation does not count where locks are waited for") {
    const auto url = postgres_server::shared().migrated_database();
    const connector c{url.text, std::chrono::seconds{10}};
    const auto isolation = [&](use u) {
        return run_now(c.open_now(u).get(), "SELECT current_setting('transaction_isolation')").front().get<std::string>(0);
    };
    run_now(c.open_now(use::writing).get(),
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''serializable''', "
            "current_database()); END $$");
    REQUIRE(isolation(use::writing) == "read committed");
    REQUIRE(isolation(use::lane) == "read committed");
    REQUIRE(isolation(use::reading) == "repeatable read");
}

TEST_CASE("acknowledged means on disk: a house rule that promises less does not count, and one that promises more stays") {
    auto url = postgres_server::shared().migrated_database().text;
    const std::string rule = GENERATE("off", "local", "on", "remote_write", "remote_apply");
    const bool promises_less = rule == "off" || rule == "local";
    const std::string whose = GENERATE("DATABASE %I", "ROLE madang IN DATABASE %I", "URL");
    CAPTURE(rule, whose);
    if (whose == "URL")
        url += "&options=-csynchronous_commit%3D" + rule;
    else
        run_now(connector{url, std::chrono::seconds{10}}.open_now(use::writing).get(),
                "DO $$ BEGIN EXECUTE format('ALTER " + whose + " SET synchronous_commit = " + rule +
                    "', current_database()); END $$");
    const connector c{url, std::chrono::seconds{10}};
    for (const auto u : {use::writing, use::lane}) {
        const auto found = run_now(c.open_now(u).get(), "SELECT current_setting('synchronous_commit')");
        REQUIRE(found.front().get<std::string>(0) == (promises_less ? "on" : rule));
    }
}

TEST_CASE("the statements of a read see one snapshot, and cannot write") {
    one_connection c{use::reading};
    auto all = statements::of("SELECT pg_current_snapshot()::text");
    all.add("SELECT current_setting('transaction_isolation')");
    all.add("SELECT (txid_current_if_assigned() IS NULL)::int::bigint");
    auto isolation = [](const answers& found) -> result<std::string> { return found[1].front().get<std::string>(0); };
    REQUIRE(*c.io().run(read<std::string>(c.get(), std::move(all), isolation)) == "repeatable read");
    REQUIRE(c.read_number(statements::of("INSERT INTO meta (name, value) VALUES ('x', 'y') RETURNING 1::bigint")).error().code ==
            errc::unavailable);  // 25006, as on a standby
}

TEST_CASE("a transaction that is refused, fails or throws writes nothing, and leaves nothing behind") {
    one_connection c{use::writing};
    const int how = GENERATE(0, 1, 2);
    auto work = [how](database& db) -> async_result<> {
        co_await db.change("INSERT INTO meta (name, value) VALUES ('x', 'y')");
        if (how == 0) co_return errc::conflict;
        if (how == 1) co_await db.change("SELECT 1 / $1::bigint", 0);
        if (how == 2) throw std::logic_error("a mistake of ours");
        co_return result<>{};
    };
    const auto done = c.io().run(transact(c.get(), work));
    REQUIRE_FALSE(done.has_value());
    REQUIRE(done.error().code == (how == 0 ? errc::conflict : errc::internal));
    auto look = [](database& db) -> async_result<std::int64_t> {
        const auto found =
            co_await db.run("SELECT count(*), (pg_current_xact_id_if_assigned() IS NULL)::int FROM meta WHERE name = 'x'");
        co_return found.front().get<std::int64_t>(0);
    };
    REQUIRE(*c.io().run(transact<std::int64_t>(c.get(), look)) == 0);
    auto write = [](database& db) -> async_result<> {
        co_await db.change("INSERT INTO meta (name, value) VALUES ('x', 'y')");
        co_return result<>{};
    };
    REQUIRE(c.io().run(transact(c.get(), write)).has_value());
    REQUIRE(*c.io().run(transact<std::int64_t>(c.get(), look)) == 1);
}

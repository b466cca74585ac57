// One connection and what is asked of it, on a real server.
#include "node.hpp"
#include "postgres/work.hpp"

#include "catch.hpp"

#include <future>
#include <set>
#include <vector>

using namespace madang;
using namespace madang::storage::postgres;
using namespace madang::test;
using namespace std::chrono_literals;

namespace {

class busy_readers {
public:
    explicit busy_readers(std::chrono::milliseconds deadline, std::size_t queue = 100, std::size_t connections = 1)
        : connector_(postgres_server::shared().migrated_database().text, deadline),
          pool_(io_.context(), connector_, first_, use::reading, connections, queue, report_) {
        pool_.start();
    }
    ~busy_readers() {
        pool_.stop();
        io_.finish();
    }
    busy_readers(const busy_readers&) = delete;
    busy_readers& operator=(const busy_readers&) = delete;

    std::future<result<std::int64_t>> ask(sql text, steady_time end = steady_time::max()) {
        auto first = [](const answers& found) -> result<std::int64_t> { return found.front().front().get<std::int64_t>(0); };
        return io_.start(read<std::int64_t>(pool_, statements::of(text), first, end));
    }
    // Its server's process, as soon as those before have been answered.
    std::int64_t backend() {
        auto pid = ask("SELECT pg_backend_pid()").get();
        while (!pid && pid.error().code == errc::too_busy) pid = ask("SELECT pg_backend_pid()").get();
        return pid.value();
    }

    void stop() { pool_.stop(); }

    storage::store_stats stats;

private:
    io_thread io_;
    storage::reporter report_{stats, {}};
    precedence first_;
    connector connector_;
    pool pool_;
};

}  // namespace

TEST_CASE("who waits behind others for too long is refused alone, and the connection stays") {
    busy_readers readers{2s};
    const auto backend = readers.backend();
    std::vector<std::future<result<std::int64_t>>> asked;
    for (int i = 0; i < 8; ++i) asked.push_back(readers.ask("SELECT 1 FROM (SELECT pg_sleep(0.5)) s"));
    REQUIRE(asked.front().get().value() == 1);
    const auto last = asked.back().get();
    REQUIRE(last.error().code == errc::too_busy);
    REQUIRE(last.error().retry_after > 0ms);
    REQUIRE(readers.backend() == backend);
    REQUIRE_FALSE(readers.stats.failing);
    REQUIRE(readers.stats.refused > 0);
}

TEST_CASE("who was refused for having waited too long stays in the queue until the server is done with it") {
    busy_readers readers{4s, 3};
    std::vector<std::future<result<std::int64_t>>> asked;
    for (int i = 0; i < 3; ++i) asked.push_back(readers.ask("SELECT 1 FROM (SELECT pg_sleep(3)) s"));
    REQUIRE(asked[0].get().value() == 1);
    for (int i = 1; i < 3; ++i) REQUIRE(asked[static_cast<std::size_t>(i)].get().error().code == errc::too_busy);
    // Two are still with the server, so there is room for one.
    auto last = readers.ask("SELECT 1");
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(readers.ask("SELECT 1").get().error().code == errc::too_busy);
    REQUIRE(std::chrono::steady_clock::now() - began < 1s);
    (void)last.get();
    (void)readers.backend();
    REQUIRE(readers.ask("SELECT 1").get().value() == 1);
}

TEST_CASE("who has less time than others is refused alone, though the server has long been silent, and the connection stays") {
    constexpr auto deadline = 2s;
    busy_readers readers{deadline};
    const auto backend = readers.backend();
    std::this_thread::sleep_for(deadline + 100ms);  // nobody asks
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(readers.ask("SELECT 1 FROM (SELECT pg_sleep(1)) s", began + 50ms).get().error().code == errc::too_busy);
    REQUIRE(readers.backend() == backend);
    REQUIRE(readers.stats.failures == 0);
}

TEST_CASE("what is under way when it stops is refused, and the database has not failed") {
    busy_readers readers{20s};
    (void)readers.backend();
    auto asked = readers.ask("SELECT 1 FROM (SELECT pg_sleep(5)) s");
    readers.stop();
    REQUIRE(asked.get().error().code == errc::unavailable);
    REQUIRE(readers.stats.failures == 0);
}

TEST_CASE("what is asked goes where the least waits") {
    busy_readers readers{20s, 100, 2};
    const auto give_up = std::chrono::steady_clock::now() + 60s;
    constexpr sql slow = "SELECT pg_backend_pid()::bigint FROM pg_sleep(0.1)";
    for (bool both = false; !both;) {  // as soon as both are connected
        REQUIRE(std::chrono::steady_clock::now() < give_up);
        auto one = readers.ask(slow);
        auto other = readers.ask(slow);
        both = one.get().value() != other.get().value();
    }
    auto sleeper = readers.ask("SELECT pg_backend_pid()::bigint FROM pg_sleep(3)");
    std::set<std::int64_t> quick;
    for (int i = 0; i < 10; ++i) quick.insert(readers.ask("SELECT pg_backend_pid()::bigint").get().value());
    REQUIRE(sleeper.wait_for(0s) == std::future_status::timeout);
    REQUIRE(quick.size() == 1);
    REQUIRE(sleeper.get().value() != *quick.begin());
}

TEST_CASE("a statement on a connection that blocks has an end, too") {
    const connector c{postgres_server::shared().migrated_database().text, 20s};
    const auto opened = c.open_now(use::writing);
    const auto began = std::chrono::steady_clock::now();
    REQUIRE_THROWS_WITH(run_now(opened.get(), "SELECT pg_sleep(10)", began + 100ms),
                        Catch::Matchers::Contains("does not answer"));
    REQUIRE(std::chrono::steady_clock::now() - began < 9s);
    REQUIRE(run_now(c.open_now(use::writing).get(), "SELECT 7::bigint", began + 20s).front().get<std::int64_t>(0) == 7);
}

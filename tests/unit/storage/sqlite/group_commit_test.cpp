// Batches: how they form, how they are bounded, and that one unit's fault is its own.
#include "small_store.hpp"
#include "sqlite/parts.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::test;

TEST_CASE("what gathers during a commit becomes one batch, and an idle store commits at once") {
    small_store s;
    const auto& stats = s.store.stats();
    const auto before = stats.batches.load();
    gate held;
    s.store.set_listener(&held);
    auto first = s.start_post();
    held.wait();
    std::vector<std::future<result<domain::posted>>> others;
    for (int i = 0; i < 100; ++i) others.push_back(s.start_post());
    s.await_queue(100);
    held.open();
    REQUIRE(first.get()->ordinal == 1);
    ordinal_t ordinal = 1;
    for (auto& answer : others) REQUIRE(answer.get()->ordinal == ++ordinal);
    REQUIRE(stats.batches == before + 2);
    REQUIRE(stats.queue_rows == 0);
    REQUIRE(stats.queue_bytes == 0);
    REQUIRE(stats.last_commit_micros > 0);
}

TEST_CASE("a batch is bounded in rows") {
    storage::sqlite_options options;
    options.batch_rows = 10;
    small_store s{options};
    gate held;
    s.store.set_listener(&held);
    auto first = s.start_post();
    held.wait();
    const auto before = s.store.stats().batches.load();
    std::vector<std::future<result<domain::posted>>> others;
    for (int i = 0; i < 95; ++i) others.push_back(s.start_post());
    s.await_queue(95);
    held.open();
    for (auto& answer : others) REQUIRE(answer.get().has_value());
    REQUIRE(s.store.stats().batches == before + 10);
}

TEST_CASE("a batch is bounded in bytes, and one unit larger than that goes alone") {
    storage::sqlite_options options;
    options.batch_bytes = 5000;
    small_store s{options};
    gate held;
    s.store.set_listener(&held);
    auto first = s.start_post();
    held.wait();
    const auto before = s.store.stats().batches.load();
    std::vector<std::future<result<domain::posted>>> others;
    for (int i = 0; i < 6; ++i) others.push_back(s.start_post(std::string(2000, 'x')));
    others.push_back(s.start_post(std::string(8000, 'x')));
    s.await_queue(7);
    held.open();
    for (auto& answer : others) REQUIRE(answer.get().has_value());
    REQUIRE(s.store.stats().batches == before + 4);
}

TEST_CASE("a full queue refuses at once, says when to come back, and loses nothing that it took") {
    storage::sqlite_options options;
    const bool by_rows = GENERATE(true, false);
    options.queue_rows = by_rows ? 5 : 1000;
    options.queue_bytes = by_rows ? 1 << 20 : 5 * 400;
    small_store s{options};
    gate held;
    s.store.set_listener(&held);
    auto first = s.start_post();
    held.wait();
    std::vector<std::future<result<domain::posted>>> taken;
    for (int i = 0; i < 5; ++i) taken.push_back(s.start_post(std::string(100, 'x')));
    s.await_queue(5);
    const auto refused = s.post(std::string(100, 'x'));
    REQUIRE(refused.error().code == errc::too_busy);
    REQUIRE(refused.error().retry_after > std::chrono::milliseconds{0});
    REQUIRE(s.store.stats().refused == 1);
    held.open();
    for (auto& answer : taken) REQUIRE(answer.get().has_value());
    REQUIRE(s.post().has_value());
}

namespace {

result<> breaks_a_constraint(storage::sqlite::writing& w) {
    w.db.change("INSERT INTO meta (name, value) VALUES ('half', 'done')");
    w.db.change("INSERT INTO meta (name, value) VALUES ('half', 'again')");
    return {};
}

result<> throws_midway(storage::sqlite::writing& w) {
    w.db.change("INSERT INTO meta (name, value) VALUES ('half', 'done')");
    throw std::runtime_error("a bug");
}

}  // namespace

TEST_CASE("a unit that fails by its own fault leaves no trace, and its neighbours are committed") {
    using namespace storage::sqlite;
    const temporary_directory dir;
    const manual_clock clock;
    storage::migrate(dir / "madang.db", source_migrations(), clock);
    std::vector<std::string> failures;
    storage::sqlite_options options;
    options.file = dir / "madang.db";
    options.ears.failed = [&](std::string_view what) { failures.emplace_back(what); };
    io_thread io;
    parts store{options, clock};
    gate held;
    store.writes.set_listener(&held);
    domain::new_user sora;
    sora.username = "sora";
    const auto me = io.run(store.account_store.create_user(sora))->id;
    domain::new_room note;
    note.kind = domain::room_kind::direct;
    note.creator = me;
    auto room = io.start(store.room_log.create_room(note));
    held.wait();
    const auto good = [&](const char* key) { return io.start(store.room_log.post({room_id{1}, me, key, "text", 0})); };
    auto before = good("a");
    auto bad = io.start(write(store.writes, 0, GENERATE(&breaks_a_constraint, &throws_midway)));
    auto after = good("b");
    while (store.stats.queue_rows < 3) std::this_thread::yield();
    held.open();
    REQUIRE(before.get()->seq == 2);
    REQUIRE(bad.get().error().code == errc::internal);
    REQUIRE(after.get()->seq == 3);
    REQUIRE(failures.size() == 1);
    REQUIRE(store.stats.failures == 2);  // together, and alone
    store.writes.stop();
    database db{dir / "madang.db", database::access::read};
    REQUIRE_FALSE(db.any("SELECT 1 FROM meta WHERE name = 'half'"));
}

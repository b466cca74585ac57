// How many posts a second a store commits, by itself. Run with: scripts/postgres.sh build/release/unit_storage "[.bench]" (on the
// disk that TMPDIR names). Compared by people, never asserted.
#include "madang/storage/postgres_store.hpp"
#include "madang/storage/sqlite_store.hpp"

#include "postgres/work.hpp"
#include "sqlite/files.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <optional>

#include "catch.hpp"
#include "run_task.hpp"

using namespace madang;
using namespace madang::test;

namespace {

constexpr int rooms = 500;

struct load {
    domain::room_log& log;
    std::vector<std::pair<room_id, user_id>> seats;
    std::atomic<int> next{0};
    int end = 0;
    std::atomic<int> failed{0};
};

// One sender: the next post when the last one is acknowledged.
task<result<>> send(load& l) {
    for (int i = l.next++; i < l.end; i = l.next++) {
        const auto& [room, author] = l.seats[static_cast<std::size_t>(i) % l.seats.size()];
        domain::new_message m{room, author, fmt::format("~{:016x}", i), std::string(128, 'x'), 0};
        const auto answer = co_await l.log.post(std::move(m));
        if (!answer) ++l.failed;
    }
    co_return result<>{};
}

double seconds_since(std::chrono::steady_clock::time_point began) {
    return std::chrono::duration<double>{std::chrono::steady_clock::now() - began}.count();
}

// How long so many posts take.
double post(load& l, io_thread& io, int in_flight, int posts) {
    const auto began = std::chrono::steady_clock::now();
    l.next = l.end;  // every sender has counted one too many
    l.end += posts;
    std::vector<std::future<result<>>> senders;
    for (int i = 0; i < in_flight; ++i) senders.push_back(io.start(send(l)));
    for (auto& s : senders) s.get();
    REQUIRE(l.failed == 0);
    return seconds_since(began);
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void seat_people(load& l, io_thread& io, storage::store& store) {
    for (int i = 0; i < rooms; ++i) {
        std::vector<user_id> pair;
        for (const auto* side : {"a", "b"}) {
            domain::new_user u;
            u.username = fmt::format("{}{}", side, i);
            pair.push_back(io.run(store.accounts().create_user(u))->id);
        }
        REQUIRE(io.run(store.contacts().befriend(pair[0], pair[1], 10)).has_value());
        REQUIRE(io.run(store.contacts().befriend(pair[1], pair[0], 10)).has_value());
        domain::new_room r;
        r.kind = domain::room_kind::direct;
        r.creator = pair[0];
        r.others = {pair[1]};
        const auto room = io.run(store.log().create_room(r))->room;
        for (const auto who : pair) l.seats.emplace_back(room, who);
    }
}

void measure(const char* kind, int in_flight, storage::store& store, io_thread& io, int posts = 100'000) {
    load l{store.log(), {}, {}, {}, {}};
    seat_people(l, io, store);
    if (in_flight == 1) posts = posts * 3 / 100;
    const auto before = store.stats().batches.load();
    const auto cpu = cpu_seconds();
    const double took = post(l, io, in_flight, posts);
    const auto batches = static_cast<double>(store.stats().batches - before);
    fmt::print("{:<8} {:>4} in flight: {:>7.0f} posts/s, {:>5.1f} a batch, {:.0f} us a batch, {:.1f} us CPU a post\n", kind,
               in_flight, posts / took, posts / batches, took * 1e6 / batches, (cpu_seconds() - cpu) * 1e6 / posts);
}

}  // namespace

TEST_CASE("bench: posts into direct rooms, SQLite", "[.bench]") {
    const int in_flight = GENERATE(1, 8, 64, 256, 1000);
    const temporary_directory dir;
    const system_clock clock;
    storage::sqlite_options options;
    options.file = dir / "madang.db";
    storage::migrate(options.file, source_migrations(), clock);
    io_thread io;
    storage::sqlite_store store{options, clock};
    measure("sqlite", in_flight, store, io);
}

namespace {

// A new database on the server that scripts/postgres.sh started, and a store with that many lanes.
class postgres_under_load {
public:
    postgres_under_load(const std::string& name, std::size_t lanes, std::size_t batch_rows = 250) : url_(url_of(name)) {
        storage::postgres::connector server{url_of("postgres"), std::chrono::seconds{10}};
        storage::postgres::run_now(server.open_now(storage::postgres::use::writing).get(), "CREATE DATABASE " + name);
        storage::postgres_options options;
        options.url.text = url_;
        options.lanes = lanes;
        options.batch_rows = batch_rows;
        storage::migrate(options.url, postgres_migrations(), clock_);
        store_.emplace(io_.context(), options, clock_);
    }
    ~postgres_under_load() {
        store_->stop();
        io_.finish();
    }
    storage::store& store() { return *store_; }
    io_thread& io() { return io_; }
    const std::string& url() const { return url_; }

private:
    static std::string url_of(const std::string& name) {
        const char* const socket = std::getenv("PRIVATE_POSTGRES");
        REQUIRE(socket != nullptr);  // scripts/postgres.sh
        return fmt::format("postgresql://madang@/{}?host={}", name, socket);
    }

    std::string url_;
    system_clock clock_;
    io_thread io_;
    std::optional<storage::postgres_store> store_;
};

// As many rows in one transaction, on both sides.
constexpr int rows_at_once = 500;

// PostgreSQL by itself: rows of the same table, on one connection of the same driver, with nothing judged, numbered or counted.
class bare_rows {
public:
    explicit bare_rows(const std::string& url) : connector_(url, std::chrono::seconds{10}) { pool_.start(); }
    ~bare_rows() {
        pool_.stop();
        io_.finish();
    }
    bare_rows(const bare_rows&) = delete;
    bare_rows& operator=(const bare_rows&) = delete;

    // How long it takes.
    double insert(int first, int rows, int at_once) {
        const auto began = std::chrono::steady_clock::now();
        for (int n = 0; n < rows; n += at_once) insert_some(first + n, std::min(at_once, rows - n));
        return seconds_since(began);
    }

private:
    void insert_some(int first, int rows) {
        std::vector<std::int64_t> rooms_of, seqs;
        std::vector<std::string> keys, bodies(static_cast<std::size_t>(rows), std::string(128, 'x'));
        for (int n = first; n < first + rows; ++n) {
            rooms_of.push_back(1'000'000 + n % rooms);
            seqs.push_back(n);
            keys.push_back(fmt::format("~{:016x}", n));
        }
        auto row = storage::postgres::statements::of(
            "INSERT INTO events (room_id, seq, ordinal, kind, author_id, key, body, created_at) "
            "SELECT r, s, s, 1, 1, k, b, now() FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[]) AS n(r, s, k, b)",
            rooms_of, seqs, keys, bodies);
        auto done = [](const storage::postgres::answers&) -> result<> { return {}; };
        REQUIRE(io_.run(storage::postgres::read<void>(pool_, std::move(row), done)).has_value());
    }

    io_thread io_;
    storage::store_stats stats_;
    storage::reporter report_{stats_, {}};
    storage::postgres::precedence first_;
    storage::postgres::connector connector_;
    storage::postgres::pool pool_{io_.context(), connector_, first_, storage::postgres::use::writing, 1, 100, report_};
};

}  // namespace

TEST_CASE("bench: posts into direct rooms, PostgreSQL", "[.bench]") {
    const int in_flight = GENERATE(1, 8, 64, 256, 1000);
    const auto lanes = GENERATE(std::size_t{1}, std::size_t{2});
    postgres_under_load p{fmt::format("bench_{}_{}", lanes, in_flight), lanes};
    measure(lanes == 1 ? "1 lane" : "2 lanes", in_flight, p.store(), p.io());
}

// From a single row to a million: PostgreSQL's own ways beside ours. To beat: 10^4 rows in 104 ms, 10^6 in 9.8 s.
TEST_CASE("bench: writer, PostgreSQL", "[.bench]") {
    constexpr int most_singly = 10'000;
    postgres_under_load p{"bench_writer", 2};
    load l{p.store().log(), {}, {}, {}, {}};
    seat_people(l, p.io(), p.store());
    bare_rows own{p.url()};
    int next = 1;
    const auto insert = [&](int rows, int at_once) {
        const double took = own.insert(next, rows, at_once);
        next += rows;
        return fmt::format("{:.1f} ms", took * 1e3);
    };
    (void)insert(rows_at_once, 1);
    (void)post(l, p.io(), 1000, 10'000);
    for (int rows = 1; rows <= 1'000'000; rows *= 10) {
        const auto singly = rows <= most_singly ? insert(rows, 1) : "-";
        const auto many = insert(rows, rows_at_once);
        const double ours = post(l, p.io(), std::min(rows, 2000), rows);
        fmt::print(
            "writer, in flight up to 2000: {:>7} rows: singly {}, 500 a statement {}, group commit with all guarantees {:.1f} "
            "ms\n",
            rows, singly, many, ours * 1e3);
    }
}

// In turns, because a shared machine is another one a minute later. The first one, on empty tables, does not count.
TEST_CASE("bench: posts beside PostgreSQL's own rows, in turns", "[.bench]") {
    constexpr int turns = 15;
    constexpr int rows = 50'000;
    const int lanes = GENERATE(2, 4);
    const int in_flight = 2 * lanes * rows_at_once;  // in each lane a batch under way and one that gathers
    postgres_under_load p{fmt::format("bench_turns_{}", lanes), static_cast<std::size_t>(lanes), rows_at_once};
    load l{p.store().log(), {}, {}, {}, {}};
    seat_people(l, p.io(), p.store());
    bare_rows own{p.url()};
    std::vector<double> ratios;
    for (int i = 0; i <= turns; ++i) {
        const double bare = own.insert(1 + i * rows, rows, rows_at_once);
        const double posts = post(l, p.io(), in_flight, rows);
        if (i == 0) continue;
        ratios.push_back(bare / posts);
        fmt::print("bare, one connection: {:.0f} rows/s; {} lanes, {} in flight: {:.0f} posts/s = {:.2f}\n", rows / bare, lanes,
                   in_flight, rows / posts, ratios.back());
    }
    std::ranges::sort(ratios);
    fmt::print("{} lanes, in {} turns: {:.2f}, from {:.2f} to {:.2f}\n", lanes, turns, ratios[turns / 2], ratios.front(),
               ratios.back());
}

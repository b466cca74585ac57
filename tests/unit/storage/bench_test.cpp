// How many posts a second a store commits, by itself. Run with: scripts/postgres.sh build/release/unit_storage "[.bench]" (on the
// disk that TMPDIR names). Compared by people, never asserted.
#include "madang/storage/postgres_store.hpp"
#include "madang/storage/sqlite_store.hpp"

#include "postgres/connector.hpp"
#include "sqlite/files.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <atomic>

#include "catch.hpp"
#include "run_task.hpp"

using namespace madang;
using namespace madang::test;

namespace {

constexpr int rooms = 500;

struct load {
    domain::room_log& log;
    int posts;
    std::vector<std::pair<room_id, user_id>> seats;
    std::atomic<int> next{0};
    std::atomic<int> failed{0};
};

// One sender: the next post when the last one is acknowledged.
task<result<>> send(load& l) {
    for (int i = l.next++; i < l.posts; i = l.next++) {
        const auto& [room, author] = l.seats[static_cast<std::size_t>(i) % l.seats.size()];
        domain::new_message m{room, author, fmt::format("~{:016x}", i), "A line of talk, about as long as people write them.", 0};
        const auto answer = co_await l.log.post(std::move(m));
        if (!answer) ++l.failed;
    }
    co_return result<>{};
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
    load l{store.log(), posts, {}, {}, {}};
    seat_people(l, io, store);
    const auto batches = store.stats().batches.load();
    const auto began = std::chrono::steady_clock::now();
    const auto cpu = cpu_seconds();
    std::vector<std::future<result<>>> senders;
    const int wanted = in_flight == 1 ? posts * 97 / 100 : 0;  // one at a time: fewer of them
    l.next = wanted;
    for (int i = 0; i < in_flight; ++i) senders.push_back(io.start(send(l)));
    for (auto& s : senders) s.get();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const double sent = posts - wanted;
    fmt::print("{:<8} {:>4} in flight: {:>7.0f} posts/s, {:>5.1f} a batch, {:.0f} us a batch, {:.1f} us CPU a post\n", kind,
               in_flight, sent / took.count(), sent / static_cast<double>(store.stats().batches - batches),
               took.count() * 1e6 / static_cast<double>(store.stats().batches - batches), (cpu_seconds() - cpu) * 1e6 / sent);
    REQUIRE(l.failed == 0);
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

// On a new database of the server that scripts/postgres.sh started.
void measure_postgres(std::size_t lanes, int in_flight, int posts) {
    const char* const socket = std::getenv("PRIVATE_POSTGRES");
    REQUIRE(socket != nullptr);  // scripts/postgres.sh
    const auto database = [&](const std::string& name) { return fmt::format("postgresql://madang@/{}?host={}", name, socket); };
    const auto name = fmt::format("bench_{}_{}_{}", lanes, in_flight, posts);
    const auto c =
        storage::postgres::connector{database("postgres"), std::chrono::seconds{10}}.open_now(storage::postgres::use::writing);
    storage::postgres::run_now(c.get(), "CREATE DATABASE " + name);
    const system_clock clock;
    storage::postgres_options options;
    options.url.text = database(name);
    options.lanes = lanes;
    storage::migrate(options.url, postgres_migrations(), clock);
    io_thread io;
    storage::postgres_store store{io.context(), options, clock};
    measure(lanes == 1 ? "1 lane" : "2 lanes", in_flight, store, io, posts);
    store.stop();
    io.finish();
}

}  // namespace

TEST_CASE("bench: posts into direct rooms, PostgreSQL", "[.bench]") {
    const int in_flight = GENERATE(1, 8, 64, 256, 1000);
    const auto lanes = GENERATE(std::size_t{1}, std::size_t{2});
    measure_postgres(lanes, in_flight, 100'000);
}

TEST_CASE("bench: a million posts, PostgreSQL", "[.bench]") { measure_postgres(2, 1000, 1'000'000); }

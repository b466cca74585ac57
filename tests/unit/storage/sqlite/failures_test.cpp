// A disk that is full, a lock that is held, a process that dies.
#include "small_store.hpp"
#include "sqlite/database.hpp"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include <set>

#include "catch.hpp"

using namespace madang;
using namespace madang::test;

TEST_CASE("a full database refuses writes with unavailable, goes on reading, and keeps what it acknowledged") {
    storage::sqlite_options options;
    options.max_size_mib = 1;
    small_store s{options};
    const std::string text(8000, 'x');
    seq_t acknowledged = 0;
    for (auto answer = s.post(text); answer; answer = s.post(text)) acknowledged = answer->seq;
    REQUIRE(acknowledged > 50);
    std::vector<std::future<result<domain::posted>>> together;
    for (int i = 0; i < 20; ++i) together.push_back(s.start_post(text));
    for (auto& answer : together) {
        const auto refused = answer.get();
        REQUIRE(refused.error().code == errc::unavailable);
        REQUIRE(refused.error().retry_after > std::chrono::milliseconds{0});
    }
    REQUIRE_FALSE(s.failures.empty());
    const auto log = *s.io.run(s.store.rooms().events(s.room, 0, 1000));
    REQUIRE(log.back().seq == acknowledged);
    REQUIRE(log.size() == static_cast<std::size_t>(acknowledged));

    // Room is made by deleting, and writing goes on where it stopped.
    for (seq_t seq = 2; seq < 20; ++seq) REQUIRE(s.io.run(s.store.log().erase(s.room, seq, s.me)).has_value());
    REQUIRE(s.post(text).has_value());
}

TEST_CASE("nothing is told and nothing numbered twice when a batch fails") {
    storage::sqlite_options options;
    options.max_size_mib = 1;
    small_store s{options};
    struct counter final : domain::commit_listener {
        seq_t last = 1;
        bool contiguous = true;
        void committed(std::vector<domain::commit> batch) override {
            for (const auto& c : batch) contiguous = contiguous && c.event->seq == ++last;
        }
    } told;
    s.store.set_listener(&told);
    seq_t acknowledged = 1;
    for (int i = 0; i < 200; ++i)
        if (const auto answer = s.post(std::string(8000, 'x'))) acknowledged = answer->seq;
    s.store.stop();
    REQUIRE(told.contiguous);
    REQUIRE(told.last == acknowledged);
}

TEST_CASE("another process that writes makes the store wait, not fail") {
    small_store s;
    storage::sqlite::database tool{s.directory / "madang.db", storage::sqlite::database::access::write};
    tool.execute("BEGIN IMMEDIATE; INSERT INTO meta (name, value) VALUES ('tool', 'was here')");
    auto waiting = s.start_post();
    REQUIRE(waiting.wait_for(std::chrono::milliseconds{50}) == std::future_status::timeout);
    tool.execute("COMMIT");
    REQUIRE(waiting.get().has_value());
}

TEST_CASE("a read sees what was acknowledged before it began") {
    small_store s;
    for (int i = 0; i < 50; ++i) {
        const auto seq = s.post()->seq;
        REQUIRE(s.io.run(s.store.rooms().seat_of(s.me, s.room))->last_seq == seq);
    }
}

namespace {

// The child's whole life: posts, and tells each acknowledged seq, until it is killed.
[[noreturn]] void post_until_killed(const std::filesystem::path& file, int acknowledged) {
    const manual_clock clock;
    storage::migrate(file, source_migrations(), clock);
    storage::sqlite_options options;
    options.file = file;
    io_thread io;
    storage::sqlite_store store{options, clock};
    domain::new_user sora;
    sora.username = "sora";
    const auto me = io.run(store.accounts().create_user(sora))->id;
    domain::new_room note;
    note.kind = domain::room_kind::direct;
    note.creator = me;
    const auto room = io.run(store.log().create_room(note))->room;
    for (int round = 0;; ++round) {
        std::vector<std::future<result<domain::posted>>> some;
        for (int i = 0; i < 8; ++i)
            some.push_back(io.start(store.log().post({room, me, fmt::format("{}-{}", round, i), "text", 0})));
        for (auto& answer : some) {
            const seq_t seq = answer.get()->seq;
            (void)!::write(acknowledged, &seq, sizeof seq);
        }
    }
}

}  // namespace

TEST_CASE("a killed process has lost nothing that it acknowledged, and its log has no gap") {
    const temporary_directory dir;
    const auto file = dir / "madang.db";
    int pipe[2];
    REQUIRE(::pipe(pipe) == 0);
    const auto child = ::fork();
    if (child == 0) post_until_killed(file, pipe[1]);
    ::close(pipe[1]);
    std::set<seq_t> acknowledged;
    seq_t seq = 0;
    while (acknowledged.size() < 200 && ::read(pipe[0], &seq, sizeof seq) == sizeof seq) acknowledged.insert(seq);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    while (::read(pipe[0], &seq, sizeof seq) == sizeof seq) acknowledged.insert(seq);
    ::close(pipe[0]);
    REQUIRE(acknowledged.size() >= 200);

    const manual_clock clock;
    REQUIRE(storage::migrate(file, source_migrations(), clock).empty());
    storage::sqlite_options options;
    options.file = file;
    io_thread io;
    storage::sqlite_store store{options, clock};
    const auto log = *io.run(store.rooms().events(room_id{1}, 0, 1'000'000));
    for (std::size_t i = 0; i < log.size(); ++i) REQUIRE(log[i].seq == static_cast<seq_t>(i + 1));
    REQUIRE(log.size() >= static_cast<std::size_t>(*acknowledged.rbegin()));
}

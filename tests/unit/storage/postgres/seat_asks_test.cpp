// Seats that are asked for while others are looked up, on a real server that a stranger keeps from answering.
#include "postgres/seat_asks.hpp"
#include "restless.hpp"

#include <fmt/format.h>

#include <future>
#include <vector>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;

namespace {

constexpr std::size_t under_way = storage::postgres::seat_asks::most_under_way;

// Nobody's seat is found while it lives.
class nobody_sits {
public:
    explicit nobody_sits(const storage::postgres_url& where) : holder_(where) {
        holder_.ask("BEGIN");
        holder_.ask("LOCK TABLE members IN ACCESS EXCLUSIVE MODE");
    }
    std::size_t waiting() {
        return holder_.ask("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))").size();
    }
    void let_go() { holder_.ask("COMMIT"); }

private:
    stranger holder_;
};

using all_asked = std::vector<std::future<result<room_store::log_seat>>>;

struct seats_scene {
    explicit seats_scene(storage::postgres_options o) : options(std::move(o)) {}

    storage::postgres_options options;
    world w{nodes_with(options)};
    const user_id sora = w.person("sora");
    const user_id jun = w.person("jun");
    const room_id room = w.create(room_kind::group, sora, {}).room;

    std::future<result<room_store::log_seat>> ask(user_id me) { return w.io().start(w.rooms().log_seat_of(me, room)); }
    // Who comes while the first statement is late begins the second.
    all_asked ask_until_all_are_under_way(nobody_sits& stranger) {
        all_asked asked;
        await([&] {
            asked.push_back(ask(sora));
            return stranger.waiting() == under_way;
        });
        return asked;
    }
    std::uint64_t reads() { return w.store().stats().reads; }
};

}  // namespace

TEST_CASE("seats that are asked for while others are looked up are looked up together, each with its own answer") {
    seats_scene s{patient_options(postgres_server::shared().migrated_database())};
    const auto seq = s.w.say(s.room, s.sora, "text").seq;
    s.w.get(s.w.log().edit(s.room, seq, s.sora, "other text"));
    const auto before = s.reads();
    nobody_sits stranger{s.options.url};
    auto members = s.ask_until_all_are_under_way(stranger);
    all_asked strangers;
    for (int i = 0; i < 50; ++i) {
        strangers.push_back(s.ask(s.jun));
        members.push_back(s.ask(s.sora));
    }
    stranger.let_go();
    for (auto& one : strangers) REQUIRE(one.get().error().code == errc::not_a_member);
    for (auto& one : members) {
        const auto answer = one.get().value();
        REQUIRE(answer.where.room == s.room);
        REQUIRE(answer.where.last_seq == seq + 1);
        REQUIRE(answer.last_change == seq + 1);
    }
    REQUIRE(s.reads() - before == under_way + 1);
}

TEST_CASE("where as many ask for seats as may wait, the next one is refused at once") {
    auto options = patient_options(postgres_server::shared().migrated_database());
    options.read_queue = 200;
    seats_scene s{std::move(options)};
    nobody_sits stranger{s.options.url};
    auto asked = s.ask_until_all_are_under_way(stranger);
    const auto looked_up_or_waiting = asked.size();
    for (std::size_t i = 0; i < s.options.read_queue; ++i) asked.push_back(s.ask(s.sora));
    const auto refused = s.ask(s.sora).get();
    REQUIRE(refused.error().code == errc::too_busy);
    REQUIRE(refused.error().retry_after > 0ms);
    stranger.let_go();
    std::size_t found = 0;
    for (auto& one : asked) {
        const auto answer = one.get();
        if (!answer) REQUIRE(answer.error().code == errc::too_busy);
        found += answer.has_value() ? 1 : 0;
    }
    // A few of the first may have waited already when the others came.
    REQUIRE(found > s.options.read_queue);
    REQUIRE(found <= looked_up_or_waiting + s.options.read_queue);
}

TEST_CASE("nobody waits for a seat longer than for any answer, whoever waited first, and then seats are found again") {
    auto options = restless_options();
    options.readers = 2 * under_way;  // others could be asked, and would not answer either
    seats_scene s{std::move(options)};
    const auto all = s.options.readers + s.options.writers + s.options.lanes;
    stranger{s.options.url}.await(fmt::format(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() HAVING count(*) = {}", all));
    REQUIRE(s.ask(s.sora).get().has_value());
    server().freeze();
    const auto began = std::chrono::steady_clock::now();
    all_asked asked;
    for (int i = 0; i < 10; ++i) asked.push_back(s.ask(s.sora));
    for (auto& one : asked) one.wait();
    const auto took = std::chrono::steady_clock::now() - began;
    const bool failing = s.w.store().stats().failing;
    server().thaw();
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const auto answer = asked[i].get();
        REQUIRE(answer.has_error());
        if (i == 0) REQUIRE(answer.error().code == errc::unavailable);
    }
    REQUIRE(failing);
    REQUIRE(took < in_time);
    await([&] { return s.ask(s.sora).get().has_value(); });
}

TEST_CASE("who has waited for a seat behind a late statement has no more time in the second one") {
    seats_scene s{restless_options()};
    REQUIRE(s.ask(s.sora).get().has_value());
    server().freeze();
    const auto began = std::chrono::steady_clock::now();
    auto first = s.ask(s.sora);
    auto behind = s.ask(s.sora);
    const auto still = first.wait_for(timeout * 5 / 6);
    auto last = s.ask(s.sora);  // begins the second statement, for both
    behind.wait();
    const auto took = std::chrono::steady_clock::now() - began;
    server().thaw();
    REQUIRE(still == std::future_status::timeout);
    REQUIRE(took < timeout + timeout / 2);
    REQUIRE(behind.get().has_error());
    REQUIRE(first.get().has_error());
    (void)last.get();
}

// Rooms that somebody holds for long: an administrator in psql, a long transaction of another node.
#include "restless.hpp"

#include <future>
#include <vector>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using namespace std::chrono_literals;

namespace {

template <class T>
using answers_to_come = std::vector<std::future<result<T>>>;

// Two rooms in one lane, one of which somebody holds.
struct one_of_two_held {
    explicit one_of_two_held(const storage::postgres_options& options) : q(options), holder(options.url, q.room) {}

    std::future<result<posted>> post(room_id room, int n) {
        const auto text = std::to_string(n);
        return q.w.io().start(q.w.log().post(q.w.message(room, q.me, text, "key " + text)));
    }

    quiet_room q;
    room_id other = q.w.create(room_kind::group, q.me, {}).room;
    held_room holder;
};

}  // namespace

TEST_CASE("while somebody holds a room, the others of its lane are written to, and it is afterwards, in order") {
    auto options = restless_options();
    options.timeout = 10s;  // 2 s for a lock, four of which one waits for
    one_of_two_held two{options};
    answers_to_come<posted> waiting;
    answers_to_come<posted> free;
    for (int i = 0; i < 5; ++i) {
        waiting.push_back(two.post(two.q.room, i));
        free.push_back(two.post(two.other, i));
    }
    two.holder.await_waiter();
    for (auto& f : free) REQUIRE(f.get().has_value());
    for (const auto& w : waiting) REQUIRE(w.wait_for(0s) == std::future_status::timeout);
    two.holder.let_go();
    for (int i = 0; i < 5; ++i) REQUIRE(waiting[static_cast<std::size_t>(i)].get()->ordinal == i + 1);
    REQUIRE_FALSE(two.q.w.store().stats().failing);
}

TEST_CASE("while somebody holds a room, what is done to others of its lane is done, and to it afterwards") {
    auto options = restless_options();
    options.timeout = 20s;
    one_of_two_held two{options};
    auto& log = two.q.w.log();
    auto waiting = two.q.w.io().start(log.rename(two.q.room, two.q.me, "held"));
    auto free = two.q.w.io().start(log.rename(two.other, two.q.me, "free"));
    two.holder.await_waiter();
    REQUIRE(free.get().has_value());
    REQUIRE(waiting.wait_for(0s) == std::future_status::timeout);
    two.holder.let_go();
    REQUIRE(waiting.get().has_value());
}

TEST_CASE("whatever waits for what somebody holds, others of its lane are done with, of whatever kind") {
    auto options = restless_options();
    options.timeout = 15s;  // 3 s for a lock, 12 that one waits
    one_of_two_held two{options};
    auto& w = two.q.w;
    auto& log = w.log();
    const auto jun = w.person("jun");
    w.befriend(two.q.me, jun);
    stranger other{options.url};
    other.ask("BEGIN");
    other.ask("SELECT FROM users WHERE id = " + std::to_string(jun.value) + " FOR UPDATE");
    answers_to_come<posted> messages;
    answers_to_come<void> work;
    answers_to_come<room_log::created> made;
    const auto until_held = [&] { two.holder.await_waiter(); };
    SECTION("work") {
        work.push_back(w.io().start(log.rename(two.q.room, two.q.me, "a")));
        until_held();
        work.push_back(w.io().start(log.rename(two.q.room, two.q.me, "b")));
        work.push_back(w.io().start(log.rename(two.q.room, two.q.me, "c")));
    }
    SECTION("a message") {
        messages.push_back(two.post(two.q.room, 0));
        until_held();
    }
    SECTION("who needs a person whom somebody holds") {
        made.push_back(w.io().start(log.create_room(w.room_of(room_kind::group, two.q.me, {jun}))));
        other.await_waiter();
    }
    const auto began = std::chrono::steady_clock::now();
    auto renamed = w.io().start(log.rename(two.other, two.q.me, "free"));
    answers_to_come<posted> free;
    for (int i = 1; i < 4; ++i) free.push_back(two.post(two.other, i));
    for (auto& f : free) REQUIRE(f.get().has_value());
    REQUIRE(renamed.get().has_value());
    REQUIRE(std::chrono::steady_clock::now() - began < 9s);  // a lock's time, and another one where there are two kinds
    two.holder.let_go();
    other.ask("COMMIT");
    for (auto& m : messages) REQUIRE(m.get().has_value());
    for (auto& done : work) REQUIRE(done.get().has_value());
    for (auto& m : made) REQUIRE(m.get().has_value());
}

TEST_CASE("work that waits for something else than a room goes behind with its room, in order, and holds up no other one") {
    auto options = restless_options();
    options.timeout = 15s;
    one_of_two_held two{options};
    auto& w = two.q.w;
    const auto first = two.post(two.other, 0).get()->seq;
    // What gathers meanwhile is one batch: reactions, one of which waits for another one of the same person.
    auto before = w.io().start(w.log().rename(two.q.room, two.q.me, "held"));
    two.holder.await_waiter();
    stranger other{options.url};
    other.ask("BEGIN");
    other.ask("INSERT INTO reactions SELECT " + std::to_string(two.other.value) + ", " + std::to_string(first) + ", 'x', " +
              std::to_string(two.q.me.value));
    const auto third = w.create(room_kind::group, two.q.me, {}).room;
    auto named_before = w.io().start(w.log().rename(two.other, two.q.me, "before"));
    auto reaction = w.io().start(w.log().react(two.other, first, two.q.me, "x", true));
    auto named_after = w.io().start(w.log().rename(two.other, two.q.me, "after"));
    auto free = w.io().start(w.log().rename(third, two.q.me, "free"));
    two.holder.let_go();
    REQUIRE(before.get().has_value());
    other.await_waiter();
    REQUIRE(free.get().has_value());
    REQUIRE(named_after.wait_for(0s) == std::future_status::timeout);
    other.ask("ROLLBACK");
    REQUIRE(named_before.get().has_value());
    REQUIRE(reaction.get().has_value());
    REQUIRE(named_after.get().has_value());
    std::vector<event_kind> kinds;
    for (const auto& e : w.events(two.other)) kinds.push_back(e.kind());
    REQUIRE(kinds ==
            std::vector{event_kind::join, event_kind::message, event_kind::rename, event_kind::reaction, event_kind::rename});
}

TEST_CASE("who waits for a room that is held for too long is refused in time, and nobody else") {
    one_of_two_held two{restless_options()};
    auto waiting = two.post(two.q.room, 0);
    two.holder.await_waiter();
    for (int i = 0; waiting.wait_for(0s) == std::future_status::timeout; ++i) REQUIRE(two.post(two.other, i).get().has_value());
    REQUIRE(waiting.get().error().code == errc::unavailable);
    REQUIRE_FALSE(two.q.w.store().stats().failing);
    two.holder.let_go();
    two.q.post_until_taken("afterwards");
}

TEST_CASE("many pieces of work are several transactions when one of them takes long, so that rooms are not held for all of it") {
    auto options = restless_options();
    options.timeout = 20s;  // 1.6 s are long
    quiet_room q{options};
    const auto first = q.post_until_taken("first").seq;
    stranger other{options.url};
    held_room before{options.url, q.room};
    auto room_is_held = q.w.io().start(q.w.log().rename(q.room, q.me, "held"));
    before.await_waiter();
    // What gathers meanwhile is one batch: a reaction that waits for another one of the same person, and three names.
    answers_to_come<void> work;
    work.push_back(q.w.io().start(q.w.log().react(q.room, first, q.me, "x", true)));
    for (const auto* name : {"a", "b", "c"}) work.push_back(q.w.io().start(q.w.log().rename(q.room, q.me, name)));
    other.ask("BEGIN");
    other.ask("INSERT INTO reactions SELECT " + std::to_string(q.room.value) + ", " + std::to_string(first) + ", 'x', " +
              std::to_string(q.me.value));
    const auto batches = q.w.store().stats().batches.load();
    before.let_go();
    REQUIRE(room_is_held.get().has_value());
    other.await_waiter();
    for (const auto enough = std::chrono::steady_clock::now() + 2s; std::chrono::steady_clock::now() < enough;)
        REQUIRE(work.back().wait_for(1ms) == std::future_status::timeout);
    other.ask("ROLLBACK");
    for (auto& w : work) REQUIRE(w.get().has_value());
    REQUIRE(q.w.store().stats().batches == batches + 3);  // the first name, the reaction, the other names
}

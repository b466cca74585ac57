// Commits whose outcome was lost with their connection: what came of them is found out, and told.
#include "restless.hpp"

#include <future>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using namespace std::chrono_literals;

namespace {

// Commits wait for a standby that does not exist: they have happened, and their backends cannot say so. Thrown out then, they
// lose the outcome.
class held_commits {
public:
    explicit held_commits(const storage::postgres_url& database) : tool_(database) {
        tool_.ask("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        tool_.ask("SELECT pg_reload_conf()");
        // Commits wait once the checkpointer has heard of it, too, which shows in them alone.
        await([&] { return waits(database); });
    }
    ~held_commits() { let_go(); }
    void lose_one() {
        await([&] { return throw_out(); });
    }
    void let_go() {
        tool_.ask("ALTER SYSTEM RESET synchronous_standby_names");
        tool_.ask("SELECT pg_reload_conf()");
        // Commits go on once the checkpointer has heard of it, too: a commit tells.
        tool_.ask(some_commit);
    }

private:
    static constexpr const char* some_commit = "SELECT pg_logical_emit_message(true, 'commit', '')";
    // Whoever waits for the standby.
    bool throw_out() {
        return !tool_.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'").empty();
    }
    // Whether a commit has to be thrown out.
    bool waits(const storage::postgres_url& database) {
        auto commit = std::async(std::launch::async, [&database] {
            try {
                stranger{database}.ask(some_commit);
                return true;
            } catch (const storage::postgres::failure&) {
                return false;
            }
        });
        while (commit.wait_for(1ms) != std::future_status::ready) throw_out();
        return !commit.get();
    }

    stranger tool_;
};

// The work is committed, and who asked for it is told that nobody knows.
template <class T>
void lose_outcome(quiet_room& q, const storage::postgres_url& database, async_result<T> work) {
    held_commits held{database};
    auto done = q.w.io().start(std::move(work));
    held.lose_one();
    held.let_go();
    REQUIRE(done.get().error().code == errc::unavailable);
}

}  // namespace

TEST_CASE("a message whose outcome was lost is acknowledged with its seq and told once") {
    const std::string key = GENERATE("client's", "~drawn by the server");
    auto options = restless_options();
    options.timeout = 20s;
    quiet_room q{options};
    held_commits held{options.url};
    auto post = q.w.io().start(q.post(key));
    held.lose_one();
    held.let_go();
    REQUIRE(post.get()->seq == 2);
    REQUIRE(q.keys() == std::map<std::string, int>{{key, 1}});
    REQUIRE(q.w.commits.count() == 2);
    REQUIRE(q.w.commits.last().head == 2);
    REQUIRE(body_of<message_posted>(*q.w.commits.last().event).text == "text of " + key);
}

TEST_CASE("a message whose outcome was lost is told also when nobody has the patience for another try") {
    auto options = restless_options();
    options.timeout = 8s;  // all that is done to it has to be done before that
    quiet_room q{options};
    stranger other{options.url}, watcher{options.url};
    std::future<result<posted>> post;
    {
        held_commits held{options.url};
        post = q.w.io().start(q.post("key"));
        watcher.await("SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
        // In the queue for the room's lock before the next try is.
        auto locked = std::async(std::launch::async, [&] {
            other.ask("BEGIN");
            other.ask("SELECT FROM rooms WHERE id = " + std::to_string(q.room.value) + " FOR UPDATE");
        });
        watcher.await("SELECT FROM pg_locks WHERE NOT granted");
        held.lose_one();
        locked.get();
    }
    other.await_waiter();
    REQUIRE(post.get().error().code == errc::unavailable);
    q.w.commits.await(2);  // while the room is held
    REQUIRE(body_of<message_posted>(*q.w.commits.last().event).key == "key");
    other.ask("COMMIT");
}

TEST_CASE("a key that somebody else has used while the outcome was lost is told with what stands there") {
    auto options = restless_options();
    options.timeout = 20s;
    quiet_room q{options};
    stranger other{options.url};
    const auto room = std::to_string(q.room.value);
    other.ask("BEGIN");
    other.ask("SELECT FROM rooms WHERE id = " + room + " FOR UPDATE");
    auto post = q.w.io().start(q.post("key"));
    other.await_waiter();
    other.terminate_waiter();
    other.ask("UPDATE rooms SET last_seq = 2, last_ordinal = 1, last_message_seq = 2 WHERE id = " + room);
    other.ask("INSERT INTO events (room_id, seq, ordinal, kind, author_id, key, body, created_at) SELECT " + room +
              ", 2, 1, 1, " + std::to_string(q.me.value) + ", 'key', 'another text', now()");
    other.await_waiter();
    other.ask("COMMIT");
    const auto answer = post.get();
    REQUIRE(answer->seq == 2);
    REQUIRE(answer->duplicate);
    q.w.commits.await(2);
    REQUIRE(body_of<message_posted>(*q.w.commits.last().event).text == "another text");
}

TEST_CASE("a read mark whose outcome was lost has moved, as its caller is told") {
    auto options = restless_options();
    options.timeout = 20s;
    quiet_room q{options};
    const auto jun = q.w.person("jun");
    q.w.befriend(q.me, jun);
    q.w.get(q.w.log().add_members(q.room, q.me, {jun}));
    const auto ordinal = q.post_until_taken("key").ordinal;
    held_commits held{options.url};
    auto mark = q.w.io().start(q.w.log().mark_read(q.room, jun, ordinal));
    held.lose_one();
    held.let_go();
    REQUIRE(mark.get().value());
    REQUIRE(q.w.get(q.w.rooms().room_of(jun, q.room)).read_ordinal == ordinal);
}

TEST_CASE("other work whose outcome was lost is not repeated: it is unavailable, and told after the return") {
    auto options = restless_options();
    options.timeout = 20s;
    quiet_room q{options};
    lose_outcome(q, options.url, q.w.log().rename(q.room, q.me, "name"));
    // Nothing else is written.
    q.w.commits.await(2);
    REQUIRE(body_of<room_renamed>(*q.w.commits.last().event).name == "name");
    REQUIRE(q.w.events(q.room).size() == 2);
}

TEST_CASE("a commit that ends after its connection was given up is told when it has") {
    failure_recorder said;
    auto options = restless_options();
    options.ears.failed = said.ear();
    quiet_room q{options};
    {
        held_commits held{options.url};
        require_unavailable(timed_answer(q.w, q.post("key")), in_time);
        // Whoever takes its place has to wait, and so do those who come.
        said.await("still under way");
        require_unavailable(timed_answer(q.w, q.post("another key")), in_time);
        REQUIRE(q.w.commits.count() == 1);
    }
    // Nothing else is written, and nobody asks again.
    q.w.commits.await(2);
    REQUIRE(body_of<message_posted>(*q.w.commits.last().event).key == "key");
    REQUIRE(q.post_until_taken("key").seq == q.w.commits.last().head);
    q.post_until_taken("another key");
    REQUIRE(q.keys() == std::map<std::string, int>{{"key", 1}, {"another key", 1}});
}

TEST_CASE("who was brought into a room whose outcome was lost is told of it") {
    auto options = restless_options();
    options.timeout = 20s;
    quiet_room q{options};
    const auto jun = q.w.person("jun");
    q.w.befriend(q.me, jun);
    const auto wanted = q.w.room_of(room_kind::group, q.me, {jun}, "create key");
    lose_outcome(q, options.url, q.w.log().create_room(wanted));
    q.w.commits.await(3);
    REQUIRE(q.w.commits.all()[1].event->kind() == event_kind::join);
    REQUIRE(q.w.commits.last().joined == std::vector{q.me, jun});
    const auto again = q.w.get(q.w.log().create_room(wanted));
    REQUIRE(again.existed);
    REQUIRE(again.room == q.w.commits.last().room);
}

TEST_CASE("whose direct room was shown again, or hidden, hears of it also when the outcome was lost") {
    auto options = restless_options();
    options.timeout = 20s;
    quiet_room q{options};
    const auto jun = q.w.person("jun");
    const auto direct = q.w.direct(q.me, jun);
    const auto told = q.w.commits.count();
    lose_outcome(q, options.url, q.w.log().remove_member(direct, jun, jun));
    q.w.commits.await(told + 2);
    REQUIRE(q.w.commits.all()[told].left == std::vector{jun});
    lose_outcome(q, options.url, q.w.log().create_room(q.w.room_of(room_kind::direct, jun, {q.me})));
    q.w.commits.await(told + 4);
    REQUIRE(q.w.commits.last().joined == std::vector{jun});
}

TEST_CASE("an edit whose outcome was lost is told with the text that its message has now") {
    auto options = restless_options();
    options.timeout = 20s;
    quiet_room q{options};
    const auto seq = q.post_until_taken("key").seq;
    lose_outcome(q, options.url, q.w.log().edit(q.room, seq, q.me, "changed"));
    REQUIRE(q.post_until_taken("another key").seq == seq + 2);
    REQUIRE(q.w.commits.count() == 4);
    REQUIRE(body_of<message_edited>(*q.w.commits.all()[2].event).text == "changed");
}

TEST_CASE("that somebody erased themselves is told in their groups also when the outcome was lost") {
    auto options = restless_options();
    options.timeout = 20s;
    quiet_room q{options};
    const auto jun = q.w.person("jun");
    q.w.befriend(q.me, jun);
    q.w.get(q.w.log().add_members(q.room, q.me, {jun}));
    const auto told = q.w.commits.count();
    lose_outcome(q, options.url, q.w.accounts().erase_user(jun));
    // Nothing else is written.
    q.w.commits.await(told + 2);
    REQUIRE(q.w.commits.all()[told].left == std::vector{jun});
    REQUIRE(body_of<member_left>(*q.w.commits.last().event).user == jun);
    REQUIRE(q.w.get(q.w.accounts().find_user(jun)).deleted);
}

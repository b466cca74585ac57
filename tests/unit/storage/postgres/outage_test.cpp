// A server that crashes, hangs, throws its clients out or becomes read-only, while a node works with it.
#include "../ports/world.hpp"
#include "node.hpp"

#include <algorithm>
#include <map>
#include <semaphore>
#include <set>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

// Apart from the shared one: what happens to it here is not for other tests.
postgres_server& server() {
    static postgres_server own;
    return own;
}

constexpr auto timeout = 1000ms;
constexpr auto in_time = timeout + 500ms;
constexpr auto at_once = 300ms;  // no wait is so short
constexpr auto forever = 60s;    // what takes so long never comes

storage::postgres_options restless_options() {
    storage::postgres_options options;
    options.url = server().migrated_database();
    options.timeout = timeout;
    options.lanes = 1;
    return options;
}

template <class T>
struct timed {
    result<T> answer = errc::internal;
    std::chrono::steady_clock::duration took{};
};

template <class T>
timed<T> timed_answer(world& w, async_result<T> asked) {
    const auto began = std::chrono::steady_clock::now();
    timed<T> t;
    t.answer = w.io().run(std::move(asked));
    t.took = std::chrono::steady_clock::now() - began;
    return t;
}

template <class T>
void require_unavailable(const timed<T>& t, std::chrono::steady_clock::duration within) {
    REQUIRE(t.answer.has_error());
    REQUIRE(t.answer.error().code == errc::unavailable);
    REQUIRE(t.answer.error().retry_after > 0ms);
    REQUIRE(t.took < within);
}

// Asks until it is answered: after an outage each connection comes back in its own time.
template <class Ask>
auto until_answered(world& w, Ask ask) {
    const auto give_up = std::chrono::steady_clock::now() + forever;
    for (;;) {
        auto answer = w.io().run(ask());
        if (answer) return *std::move(answer);
        REQUIRE(answer.error().code == errc::unavailable);
        REQUIRE(std::chrono::steady_clock::now() < give_up);
    }
}

struct quiet_room {
    explicit quiet_room(const storage::postgres_options& options) : w(nodes_with(options)) {}

    async_result<posted> post(const std::string& key) { return w.log().post(w.message(room, me, "text of " + key, key)); }
    async_result<seat> read() { return w.rooms().seat_of(me, room); }
    posted post_until_taken(const std::string& key) {
        return until_answered(w, [&] { return post(key); });
    }
    void read_until_answered() {
        until_answered(w, [&] { return read(); });
    }
    // How often each key is in the log, whose seqs have no gap.
    std::map<std::string, int> keys() {
        std::map<std::string, int> all;
        seq_t seq = 0;
        for (const auto& e : w.events(room)) {
            REQUIRE(e.seq == ++seq);
            if (const auto* m = std::get_if<message_posted>(&e.body)) ++all[m->key];
        }
        return all;
    }

    world w;
    user_id me = w.person("sora");
    room_id room = w.create(room_kind::group, me, {}).room;
};

// Counts what happens, for a test that waits for it.
class counter {
public:
    void count() { so_far_.release(); }
    void await(int times) {
        for (; times > 0; --times) REQUIRE(so_far_.try_acquire_for(forever));
    }
    void forget() {
        while (so_far_.try_acquire()) {
        }
    }

private:
    std::counting_semaphore<> so_far_{0};
};

struct attempt {
    room_id room;
    std::string key;
    result<posted> answer = errc::internal;
    std::chrono::steady_clock::duration took{};
};

struct crowd {
    room_log* log = nullptr;
    user_id author;
    std::atomic<bool> enough{false};
    counter taken, refused;
};

task<std::vector<attempt>> keep_posting(crowd* c, room_id room, std::string name) {
    std::vector<attempt> all;
    while (!c->enough) {
        attempt a{room, name + std::to_string(all.size()), errc::internal, {}};
        const auto began = std::chrono::steady_clock::now();
        new_message m{room, c->author, a.key, "text of " + a.key, 0};
        a.answer = co_await c->log->post(std::move(m));
        a.took = std::chrono::steady_clock::now() - began;
        (a.answer ? c->taken : c->refused).count();
        all.push_back(std::move(a));
    }
    co_return all;
}

}  // namespace

TEST_CASE("posts through crashes are acknowledged or unavailable in time; none is lost, doubled, or kept from the listener") {
    auto options = restless_options();
    options.lanes = 2;
    world w{nodes_with(options)};
    crowd c;
    c.log = &w.log();
    c.author = w.person("sora");
    std::vector<std::future<std::vector<attempt>>> crowd_of_posts;
    for (int i = 0; i < 4; ++i) {
        const auto room = w.create(room_kind::group, c.author, {}).room;
        for (const auto* name : {"a", "b", "c"}) crowd_of_posts.push_back(w.io().start(keep_posting(&c, room, name)));
    }
    for (int crash = 0; crash < 3; ++crash) {
        c.taken.await(100);
        c.refused.forget();
        server().crash();
        if (crash == 1) c.refused.await(12);  // everybody lost patience
        server().start();
        c.taken.forget();
    }
    c.taken.await(100);  // by the same store
    c.enough = true;

    std::vector<attempt> all;
    for (auto& one : crowd_of_posts) std::ranges::move(one.get(), std::back_inserter(all));
    std::set<std::tuple<room_id, seq_t, std::string>> told;
    for (const auto& commit : w.commits.all())
        if (const auto* m = std::get_if<message_posted>(&commit.event->body)) told.emplace(commit.room, commit.head, m->key);
    std::map<std::pair<room_id, std::string>, seq_t> seqs;
    int refused = 0;
    for (const auto& a : all) {
        REQUIRE(a.took < in_time);
        if (a.answer) {
            seqs[{a.room, a.key}] = a.answer->seq;
            REQUIRE(told.contains({a.room, a.answer->seq, a.key}));
        } else {
            REQUIRE(a.answer.error().code == errc::unavailable);
            const auto again = [&] { return w.log().post(w.message(a.room, c.author, "text of " + a.key, a.key)); };
            seqs[{a.room, a.key}] = until_answered(w, again).seq;
            ++refused;
        }
    }
    REQUIRE(refused >= 12);
    REQUIRE(seqs.size() == all.size());
    std::map<room_id, std::vector<event>> logs;
    for (const auto& [sent, seq] : seqs) logs.try_emplace(sent.first);
    std::size_t rows = 0;
    for (auto& [room, log] : logs) {
        log = until_answered(w, [&, id = room] { return w.rooms().events(id, 0, 100'000); });
        rows += log.size() - 1;
        for (std::size_t i = 0; i < log.size(); ++i) REQUIRE(log[i].seq == static_cast<seq_t>(i + 1));
    }
    for (const auto& [sent, seq] : seqs)
        REQUIRE(body_of<message_posted>(logs[sent.first][static_cast<std::size_t>(seq - 1)]).key == sent.second);
    REQUIRE(rows == all.size());
}

TEST_CASE("without a server a write is refused in time and a read at once, and both work again when it is back") {
    quiet_room q{restless_options()};
    server().crash();
    require_unavailable(timed_answer(q.w, q.post("lost")), in_time);
    require_unavailable(timed_answer(q.w, q.read()), at_once);
    require_unavailable(timed_answer(q.w, q.w.accounts().update_profile(q.me, {})), at_once);
    REQUIRE(q.w.store().stats().queue_rows == 0);
    REQUIRE(q.w.store().stats().failing);
    server().start();
    q.post_until_taken("first");
    q.read_until_answered();
    REQUIRE_FALSE(q.w.store().stats().failing);
    REQUIRE(q.keys() == std::map<std::string, int>{{"first", 1}});
}

TEST_CASE("a server that hangs refuses writes and reads in time, and works again when it goes on") {
    struct frozen {
        frozen() { server().freeze(); }
        ~frozen() { server().thaw(); }
    };
    quiet_room q{restless_options()};
    {
        const frozen now;
        auto read = q.w.io().start(q.read());
        require_unavailable(timed_answer(q.w, q.post("key")), in_time);
        require_unavailable(timed_answer(q.w, q.post("key of one who came later")), in_time);
        REQUIRE(read.get().error().code == errc::unavailable);
        require_unavailable(timed_answer(q.w, q.w.accounts().update_profile(q.me, {})), in_time);
    }
    const auto seq = q.post_until_taken("key").seq;
    REQUIRE(q.post_until_taken("key").seq == seq);
    q.post_until_taken("key of one who came later");
    q.read_until_answered();
    REQUIRE(q.keys() == std::map<std::string, int>{{"key", 1}, {"key of one who came later", 1}});
}

TEST_CASE("who is thrown out while writing comes back and writes it once, and the server's word on it is kept") {
    failure_recorder said;
    auto options = restless_options();
    options.failed = said.ear();
    options.timeout = 20s;
    quiet_room q{options};
    held_room holder{options.url, q.room};
    auto post = q.w.io().start(q.post("key"));
    auto rename = q.w.io().start(q.w.log().rename(q.room, q.me, "name"));
    for (int i = 0; i < 2; ++i) {
        holder.await_waiter();
        holder.terminate_waiter();
    }
    holder.await_waiter();
    holder.let_go();
    REQUIRE(post.get()->seq == 2);
    REQUIRE(rename.get().has_value());
    REQUIRE(q.keys() == std::map<std::string, int>{{"key", 1}});
    REQUIRE(q.w.events(q.room).size() == 3);
    REQUIRE(q.w.commits.count() == 3);
    REQUIRE_THAT(said.all().front(), Contains("57P01") && Contains("administrator"));
}

namespace {

// Commits wait for a standby that does not exist: they have happened, and their backends cannot say so. Thrown out then, they
// lose the outcome.
class held_commits {
public:
    explicit held_commits(const storage::postgres_url& database) : tool_(database) {
        tool_.ask("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        tool_.ask("SELECT pg_reload_conf()");
        // Commits wait once the checkpointer has heard of it, too, which shows in them alone.
        while (!waits(database)) {
        }
    }
    ~held_commits() { let_go(); }
    void lose_one() {
        while (!throw_out()) std::this_thread::yield();
    }
    void let_go() {
        tool_.ask("ALTER SYSTEM RESET synchronous_standby_names");
        tool_.ask("SELECT pg_reload_conf()");
    }

private:
    // Whoever waits for the standby.
    bool throw_out() {
        return !tool_.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'").empty();
    }
    // Whether a commit has to be thrown out.
    bool waits(const storage::postgres_url& database) {
        auto commit = std::async(std::launch::async, [&database] {
            try {
                stranger{database}.ask("SELECT pg_logical_emit_message(true, 'commit', '')");
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

}  // namespace

TEST_CASE("a message whose outcome was lost is acknowledged with its seq and told once") {
    auto options = restless_options();
    options.timeout = 20s;
    quiet_room q{options};
    held_commits held{options.url};
    auto post = q.w.io().start(q.post("key"));
    held.lose_one();
    held.let_go();
    REQUIRE(post.get()->seq == 2);
    REQUIRE(q.keys() == std::map<std::string, int>{{"key", 1}});
    REQUIRE(q.w.commits.count() == 2);
    REQUIRE(q.w.commits.last().head == 2);
    REQUIRE(body_of<message_posted>(*q.w.commits.last().event).text == "text of key");
}

TEST_CASE("other work whose outcome was lost is not repeated: it is unavailable, and told when the room's lane writes next") {
    auto options = restless_options();
    options.timeout = 20s;
    quiet_room q{options};
    held_commits held{options.url};
    auto rename = q.w.io().start(q.w.log().rename(q.room, q.me, "name"));
    held.lose_one();
    held.let_go();
    REQUIRE(rename.get().error().code == errc::unavailable);
    REQUIRE(q.post_until_taken("key").seq == 3);
    REQUIRE(q.w.events(q.room).size() == 3);
    REQUIRE(q.w.commits.count() == 3);
    REQUIRE(body_of<room_renamed>(*q.w.commits.all()[1].event).name == "name");
}

TEST_CASE("a server that has become read-only is left, and written to again when it is not") {
    auto options = restless_options();
    quiet_room q{options};
    stranger tool{options.url};
    const auto read_only = [&](const char* command) {
        tool.ask(command);
        tool.ask("SELECT pg_reload_conf()");
    };
    read_only("ALTER SYSTEM SET default_transaction_read_only = on");
    tool.await("SELECT WHERE current_setting('default_transaction_read_only') = 'on'");
    const auto refused = timed_answer(q.w, q.post("key"));
    read_only("ALTER SYSTEM RESET default_transaction_read_only");
    require_unavailable(refused, in_time);
    q.post_until_taken("key");
    REQUIRE(q.keys() == std::map<std::string, int>{{"key", 1}});
}

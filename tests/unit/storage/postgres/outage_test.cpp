// A server that crashes, hangs, throws its clients out or becomes read-only, while a node works with it.
#include "restless.hpp"

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
    until_answered(q.w, [&] { return q.w.accounts().update_profile(q.me, {}); });
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
        REQUIRE(q.w.store().stats().failing);
    }
    const auto seq = q.post_until_taken("key").seq;
    REQUIRE(q.post_until_taken("key").seq == seq);
    q.post_until_taken("key of one who came later");
    q.read_until_answered();
    until_answered(q.w, [&] { return q.w.accounts().update_profile(q.me, {}); });
    REQUIRE_FALSE(q.w.store().stats().failing);
    REQUIRE(q.keys() == std::map<std::string, int>{{"key", 1}, {"key of one who came later", 1}});
}

TEST_CASE("who is thrown out while writing comes back and writes it once, and the server's word on it is kept") {
    failure_recorder said;
    auto options = restless_options();
    options.ears.failed = said.ear();
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

TEST_CASE("a server that has become read-only is left, and written to again when it is not") {
    auto options = restless_options();
    quiet_room q{options};
    stranger tool{options.url};
    const auto read_only = [&](const char* command) {
        tool.ask(command);
        tool.ask("SELECT pg_reload_conf()");
    };
    read_only("ALTER SYSTEM SET default_transaction_read_only = on");
    // Each of the server's processes reads its configuration again in its own time.
    const auto give_up = std::chrono::steady_clock::now() + forever;
    std::map<std::string, int> taken;
    const auto key = [&] { return "key " + std::to_string(taken.size()); };
    auto answer = timed_answer(q.w, q.post(key()));
    while (answer.answer && std::chrono::steady_clock::now() < give_up) {
        taken[key()] = 1;
        answer = timed_answer(q.w, q.post(key()));
    }
    read_only("ALTER SYSTEM RESET default_transaction_read_only");
    require_unavailable(answer, in_time);
    REQUIRE(q.keys() == taken);
    q.post_until_taken(key());
    taken[key()] = 1;
    REQUIRE(q.keys() == taken);
}

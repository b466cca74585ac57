// Presence of several nodes in a real Redis.
#include "madang/bus/redis_presence.hpp"

#include "madang/redis/client.hpp"

#include "../domain/fake_audience.hpp"
#include "redis_server.hpp"

#include <deque>

#include "await.hpp"
#include "catch.hpp"
#include "run_task.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using namespace madang::domain::test;
using namespace std::chrono_literals;

namespace {

struct node {
    node(io_thread& io, const redis::options& o, const std::string& epoch = "e", bus::redis_presence::timing t = {50ms, 500ms})
        : io(io), history(epoch), board(io.context(), o, history, here, time, t) {
        board.start();
    }
    void come(std::int64_t user) {
        here.here.insert(user_id{user});
        board.came(user_id{user});
    }
    void go(std::int64_t user) {
        here.here.erase(user_id{user});
        board.went(user_id{user});
    }
    // "1+ 2-"
    std::string look(const std::vector<user_id>& at) {
        std::string text;
        for (const auto& s : io.run(board.look(at)))
            text += (text.empty() ? "" : " ") + std::to_string(s.user.value) + (s.online ? "+" : "-");
        return text;
    }
    void await(const std::vector<user_id>& at, const std::string& expected) {
        const auto give_up = std::chrono::steady_clock::now() + 20s;
        std::string found;
        while ((found = look(at)) != expected) {
            INFO("found " << found);
            REQUIRE(std::chrono::steady_clock::now() < give_up);
        }
    }

    io_thread& io;
    epoch history;
    fake_audience here;
    system_clock time;
    bus::redis_presence board;
};

const std::vector<user_id> both{user_id{1}, user_id{2}};

// Nodes end after the thread that their boards live on.
struct scene {
    ~scene() {
        for (auto& n : nodes) n.board.stop();
        admin->stop();
        io.finish();
    }
    std::unique_ptr<redis::client> new_admin() {
        auto made = std::make_unique<redis::client>(io.context(), server.where(), [](std::string_view) {});
        made->start();
        return made;
    }
    template <class... More>
    node& another(More... more) {
        return nodes.emplace_back(io, server.where(), more...);
    }

    // Of Redis itself.
    template <class... Arguments>
    redis::reply ask(const Arguments&... arguments) {
        redis::commands one;
        one.add(arguments...);
        for (;;)
            if (auto found = io.run(admin->call(one))) return std::move(found->front());
    }
    bool has_rejected(const std::string& command) {
        const auto all = ask("INFO", "commandstats").text;
        const auto line = all.find("cmdstat_" + command + ":");
        const auto at = all.find("rejected_calls=", line);
        return line != std::string::npos && all.substr(at, 16) != "rejected_calls=0";
    }

    redis_server server;
    io_thread io;
    std::unique_ptr<redis::client> admin = new_admin();
    std::deque<node> nodes;
    node& a = another();
    node& b = another();
};

}  // namespace

TEST_CASE("who is on one node is online on all, until they have gone from the last") {
    scene s;
    s.a.come(1);
    s.b.come(1);
    s.b.come(2);
    s.a.await(both, "1+ 2+");
    s.b.await(both, "1+ 2+");
    s.a.go(1);
    s.b.go(2);
    s.a.await(both, "1+ 2-");
    s.b.go(1);
    s.a.await(both, "1- 2-");
    const auto states = s.io.run(s.a.board.look(both));
    REQUIRE(states[0].last_seen.has_value());
    REQUIRE(system_clock{}.now() - *states[0].last_seen < 60s);
    REQUIRE_FALSE(s.io.run(s.a.board.look({user_id{77}})).front().last_seen.has_value());
}

TEST_CASE("coming and going that are told in the wrong order leave nobody behind") {
    scene s;
    s.a.board.went(user_id{1});
    s.a.board.came(user_id{1});
    s.a.come(2);
    s.b.await(both, "1- 2+");
}

TEST_CASE("the people of a node that ends go with it, and those of one that dies soon after") {
    scene s;
    auto& c = s.another("e", bus::redis_presence::timing{50ms, 1h});  // nobody waits for that
    c.come(1);
    s.a.await(both, "1+ 2-");
    c.board.stop();
    s.a.await(both, "1- 2-");
    auto& d = s.another("e", bus::redis_presence::timing{1h, 1s});  // its heart does not beat again
    d.come(2);
    s.a.await(both, "1- 2+");
    s.a.await(both, "1- 2-");
}

TEST_CASE("a Redis that forgot everything is told again, and without one this node's own people are known") {
    scene s;
    s.a.come(1);
    s.b.come(2);
    s.b.await(both, "1+ 2+");
    s.server.crash();
    s.a.await(both, "1+ 2-");
    s.server.start();
    s.a.await(both, "1+ 2+");
    s.b.await(both, "1+ 2+");
}

TEST_CASE("a Redis that forgot everything is told again, also when a change came before the next beat") {
    scene s;
    s.a.come(1);
    s.b.await(both, "1+ 2-");
    std::string of_a;
    for (const auto& n : s.ask("SMEMBERS", "madang:e:nodes").items)
        if (s.ask("SISMEMBER", "madang:e:online:" + n.text, "1").integer == 1) of_a = "madang:e:online:" + n.text;
    s.ask("EVAL", "redis.call('DEL', KEYS[1]) return redis.call('SADD', KEYS[1], '2')", "1", of_a);
    s.b.await(both, "1+ 2-");
}

TEST_CASE("a change that Redis has refused is told when it takes changes again") {
    scene s;
    auto& c = s.another("e", bus::redis_presence::timing{50ms, 1h});  // what it does not take back is there for long
    c.come(1);
    c.come(2);
    s.b.await(both, "1+ 2+");
    s.ask("CONFIG", "SET", "min-replicas-to-write", "1");
    c.go(1);
    await([&] { return s.has_rejected("set"); });
    s.ask("CONFIG", "SET", "min-replicas-to-write", "0");
    s.b.await(both, "1- 2+");
}

TEST_CASE("two databases on one Redis do not see each other's people") {
    scene s;
    auto& other = s.another("another");
    other.come(1);
    other.await(both, "1+ 2-");
    s.a.come(2);
    s.a.await(both, "1- 2+");
    other.await(both, "1+ 2-");
}

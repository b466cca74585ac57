// Tables of each kind, for suites that all of them pass, and what tests ask of a Redis.
#pragma once

#include "madang/cache/levels.hpp"
#include "madang/cache/process_table.hpp"
#include "madang/cache/redis_table.hpp"

#include "redis_server.hpp"

#include <condition_variable>
#include <mutex>

#include "asking.hpp"
#include "await.hpp"
#include "catch.hpp"
#include "run_task.hpp"

namespace madang::test {

using namespace std::chrono_literals;

// A client that says when it has a connection.
class redis_link {
public:
    redis_link(io_thread& io, redis::options o)
        : io_(io), client_(io.context(), std::move(o), [this](std::string_view why) { heard(why); }) {
        client_.start();
        wait(true);
    }
    ~redis_link() { client_.stop(); }
    redis_link(const redis_link&) = delete;
    redis_link& operator=(const redis_link&) = delete;

    [[nodiscard]] redis::client& client() noexcept { return client_; }
    void wait(bool up) {
        std::unique_lock hold{lock_};
        REQUIRE(changed_.wait_for(hold, 30s, [&] { return up_ == up; }));
    }
    template <class... Arguments>
    redis::reply ask(const Arguments&... arguments) {
        redis::commands one;
        one.add(arguments...);
        auto found = io_.run(client_.call(std::move(one)));
        REQUIRE(found.has_value());
        return std::move(found->front());
    }

private:
    void heard(std::string_view why) {
        const std::lock_guard hold{lock_};
        up_ = why.empty();
        changed_.notify_all();
    }

    io_thread& io_;
    std::mutex lock_;
    std::condition_variable changed_;
    bool up_ = false;
    redis::client client_;
};

// One for all tests that do not harm it; each test has names of its own.
inline redis_server& shared_redis() {
    static redis_server one;
    return one;
}
// With a deadline that a busy machine keeps, too.
inline redis::options patiently(const redis_server& at) {
    auto o = at.where();
    o.answer_timeout = 20s;
    return o;
}
inline std::string new_prefix() {
    static int last = 0;
    return "test" + std::to_string(++last) + ":";
}

// A table, and the threads to ask it on.
struct table_kind {
    virtual ~table_kind() = default;
    virtual cache::table& table() = 0;

    cache::found look(std::string key) { return io.run(test::look(table(), std::move(key))); }
    std::vector<cache::found> look_all(std::vector<std::string> keys) {
        return io.run(table().look_all(std::move(keys), cache::new_lease()));
    }
    void drop(std::vector<std::string> keys) { table().drop(std::move(keys)); }
    void drop_and_wait(std::vector<std::string> keys) { io.run(test::drop_and_wait(table(), std::move(keys))); }
    void fill(std::string key, cache::lease held, std::string text, std::chrono::milliseconds ttl = 1min) {
        table().fill(std::move(key), held, std::move(text), ttl);
    }
    // As somebody does who misses.
    void put(const std::string& key, std::string text, std::chrono::milliseconds ttl = 1min) {
        fill(key, look(key).to_fill, std::move(text), ttl);
    }

    io_thread io{2};
};

struct process_kind final : table_kind {
    explicit process_kind(cache::limits l) : texts(time, 16U << 20, l) {}
    ~process_kind() override { io.finish(); }
    process_kind(const process_kind&) = delete;
    process_kind& operator=(const process_kind&) = delete;
    cache::table& table() override { return texts; }

    system_clock time;
    cache::process_table texts;
};

struct redis_kind : table_kind {
    explicit redis_kind(cache::limits l = {}, const redis::options& o = patiently(shared_redis()),
                        std::string named = new_prefix())
        : prefix(std::move(named)), link(std::make_unique<redis_link>(io, o)), texts(link->client(), l, prefix) {}
    ~redis_kind() override {
        link->client().stop();
        io.finish();
    }
    redis_kind(const redis_kind&) = delete;
    redis_kind& operator=(const redis_kind&) = delete;
    cache::table& table() override { return texts; }

    const std::string prefix;
    std::unique_ptr<redis_link> link;
    cache::redis_table texts;
};

inline bool no_lease(const cache::found& f) { return !f.text && f.to_fill == cache::lease::none; }

inline void wait_until_asked(redis_kind& t) {
    t.link->wait(true);
    int probe = 0;
    await([&] { return !no_lease(t.look("probe " + std::to_string(++probe))); });
}

// For a table with the usual short deadline: on a busy machine that passes now and then, and Redis is left alone for a while.
inline void wait_until_shown(redis_kind& t, const std::string& key, const std::string& text) {
    await([&] { return t.look(key).text == text; });
}
inline void put_until_shown(redis_kind& t, const std::string& key, const std::string& text) {
    await([&] {
        t.put(key, text);
        return t.look(key).text == text;
    });
}

struct levels_kind final : redis_kind {
    explicit levels_kind(cache::limits l) : redis_kind(l), near(time, 16U << 20, l), both(near, texts, 1s) {}
    cache::table& table() override { return both; }

    system_clock time;
    cache::process_table near;
    cache::levels both;
};

inline std::unique_ptr<table_kind> table_of(const std::string& kind, cache::limits l = {}) {
    if (kind == "redis") return std::make_unique<redis_kind>(l);
    if (kind == "levels") return std::make_unique<levels_kind>(l);
    return std::make_unique<process_kind>(l);
}

}  // namespace madang::test

// The client against a real Redis, and against one that is not there.
#include "madang/redis/client.hpp"

#include "redis_server.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

#include "catch.hpp"
#include "greeter.hpp"
#include "run_task.hpp"

using namespace madang;
using namespace madang::test;
using namespace std::chrono_literals;
using redis::commands;
using redis::reply;

namespace {

// What a client said of its connection.
class ear {
public:
    std::function<void(std::string_view)> hears() {
        return [this](std::string_view why) {
            const std::lock_guard hold{lock_};
            said_.emplace_back(why);
            changed_.notify_all();
        };
    }
    // Waits for the next word, which is empty when the connection was made.
    std::string next() {
        std::unique_lock hold{lock_};
        REQUIRE(changed_.wait_for(hold, 30s, [this] { return read_ < said_.size(); }));
        return said_[read_++];
    }
    [[nodiscard]] std::size_t unread() {
        const std::lock_guard hold{lock_};
        return said_.size() - read_;
    }

private:
    std::mutex lock_;
    std::condition_variable changed_;
    std::vector<std::string> said_;
    std::size_t read_ = 0;
};

struct connected {
    explicit connected(redis::options o) : client(io.context(), std::move(o), heard.hears()) { client.start(); }
    ~connected() {
        client.stop();
        io.finish();
    }
    connected(const connected&) = delete;
    connected& operator=(const connected&) = delete;

    result<std::vector<reply>> ask(commands all) { return io.run(client.call(std::move(all))); }
    template <class... Arguments>
    reply ask_one(const Arguments&... arguments) {
        commands one;
        one.add(arguments...);
        auto found = ask(std::move(one));
        REQUIRE(found.has_value());
        REQUIRE(found->size() == 1);
        return std::move(found->front());
    }

    io_thread io;
    ear heard;
    redis::client client;
};

redis_server& server() {
    static redis_server one;
    return one;
}

commands ping() {
    commands one;
    one.add("PING");
    return one;
}

}  // namespace

TEST_CASE("a client asks, and is answered in order, any bytes") {
    connected c{server().where()};
    REQUIRE(c.heard.next().empty());
    const std::string value{"a\0b\r\n\xff", 6};
    commands all;
    all.add("SET", "key", value).add("GET", "key").add("GET", "nobody").add("INCR", "key").add("DEL", "key", "nobody");
    const auto found = c.ask(all);
    REQUIRE(found.has_value());
    REQUIRE(found->size() == 5);
    REQUIRE((*found)[0].text == "OK");
    REQUIRE((*found)[1].text == value);
    REQUIRE((*found)[2].is_nothing());
    REQUIRE((*found)[3].is_refusal());
    REQUIRE((*found)[4].integer == 1);
}

TEST_CASE("many callers share the connection and each gets its own answer") {
    connected c{server().where()};
    REQUIRE(c.heard.next().empty());
    std::vector<std::future<result<std::vector<reply>>>> all;
    for (int i = 0; i < 500; ++i) {
        commands one;
        one.add("ECHO", std::to_string(i)).add("ECHO", "x" + std::to_string(i));
        all.push_back(c.io.start(c.client.call(std::move(one))));
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto found = all[i].get();
        REQUIRE(found.has_value());
        REQUIRE((*found)[0].text == std::to_string(i));
        REQUIRE((*found)[1].text == "x" + std::to_string(i));
    }
}

TEST_CASE("a value of some megabytes goes there and back") {
    auto o = server().where();
    o.answer_timeout = 10s;
    connected c{o};
    REQUIRE(c.heard.next().empty());
    const std::string value(5'000'000, 'x');
    REQUIRE(c.ask_one("SET", "large", value).text == "OK");
    REQUIRE(c.ask_one("GET", "large").text == value);
    REQUIRE(c.ask_one("DEL", "large").integer == 1);
}

TEST_CASE("password and database are those of the options, and a wrong password is said") {
    redis_server locked{{"--requirepass", "secret"}};
    auto o = locked.where();
    o.password = "wrong";
    {
        connected c{o};
        REQUIRE_THAT(c.heard.next(), Catch::Contains("WRONGPASS"));
        REQUIRE(c.ask(ping()).error().code == errc::unavailable);
    }
    o.password = "secret";
    o.database = 3;
    connected c{o};
    REQUIRE(c.heard.next().empty());
    REQUIRE(c.ask_one("SET", "here", "yes").text == "OK");
    o.user = "default";
    o.database = 0;
    connected other{o};
    REQUIRE(other.heard.next().empty());
    REQUIRE(other.ask_one("GET", "here").is_nothing());
    REQUIRE(c.ask_one("GET", "here").text == "yes");
}

TEST_CASE("without a server every call fails at once, and works when it has come") {
    redis_server late;
    late.crash();
    connected c{late.where()};
    REQUIRE_THAT(c.heard.next(), Catch::Contains("Connection refused"));
    REQUIRE(c.ask(ping()).error().code == errc::unavailable);
    late.start();
    REQUIRE(c.heard.next().empty());
    REQUIRE(c.ask_one("PING").text == "PONG");
    REQUIRE(c.heard.unread() == 0);
}

TEST_CASE("who waits while the server dies is answered, and the client comes back by itself") {
    redis_server mortal;
    auto o = mortal.where();
    o.answer_timeout = 20s;
    connected c{o};
    REQUIRE(c.heard.next().empty());
    commands blocking;
    blocking.add("BLPOP", "nothing", "0");
    auto waiting = c.io.start(c.client.call(blocking));
    // Behind it in the pipeline, so not answered either.
    auto behind = c.io.start(c.client.call(ping()));
    mortal.crash();
    REQUIRE(waiting.get().error().code == errc::unavailable);
    REQUIRE(behind.get().error().code == errc::unavailable);
    REQUIRE_FALSE(c.heard.next().empty());
    mortal.start();
    REQUIRE(c.heard.next().empty());
    REQUIRE(c.ask_one("PING").text == "PONG");
}

TEST_CASE("a server that hangs costs one deadline, then nothing, until it goes on") {
    redis_server slow;
    connected c{slow.where()};
    REQUIRE(c.heard.next().empty());
    slow.freeze();
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(c.ask(ping()).error().code == errc::unavailable);
    REQUIRE(std::chrono::steady_clock::now() - began >= 240ms);
    REQUIRE_FALSE(c.heard.next().empty());
    const auto again = std::chrono::steady_clock::now();
    REQUIRE(c.ask(ping()).error().code == errc::unavailable);
    REQUIRE(std::chrono::steady_clock::now() - again < 200ms);
    slow.thaw();
    REQUIRE(c.heard.next().empty());
    REQUIRE(c.ask_one("PING").text == "PONG");
}

TEST_CASE("a dead connection that nobody uses is noticed") {
    redis_server silent;
    auto o = silent.where();
    o.idle = 50ms;
    connected c{o};
    REQUIRE(c.heard.next().empty());
    silent.freeze();
    REQUIRE_FALSE(c.heard.next().empty());
    silent.thaw();
    REQUIRE(c.heard.next().empty());
}

TEST_CASE("who asks after the stop is refused at once, and who waits then by the deadline") {
    redis_server slow;
    connected c{slow.where()};
    REQUIRE(c.heard.next().empty());
    slow.freeze();
    auto waiting = c.io.start(c.client.call(ping()));
    c.client.stop();
    REQUIRE(c.ask(ping()).error().code == errc::unavailable);
    REQUIRE(waiting.get().error().code == errc::unavailable);
    c.io.finish();  // nothing is left that would come back
    REQUIRE(c.heard.unread() == 0);
    slow.thaw();
}

TEST_CASE("what was handed over before the stop is carried out") {
    connected c{server().where()};
    connected other{server().where()};
    REQUIRE(c.heard.next().empty());
    commands last;
    last.add("SET", "last words", "said");
    c.client.send(std::move(last));
    c.client.stop();
    c.io.finish();
    REQUIRE(other.heard.next().empty());
    REQUIRE(other.ask_one("GET", "last words").text == "said");
}

TEST_CASE("a server that greets and answers nothing more is never said to be there, and what is wrong once") {
    greeter mute;
    auto o = mute.where();
    o.answer_timeout = 20ms;
    connected c{o};
    REQUIRE_THAT(c.heard.next(), Catch::Contains("no reply in time"));
    mute.wait_for(4);
    REQUIRE(c.heard.unread() == 0);
}

TEST_CASE("a server that has become a replica is left until it takes writes") {
    redis_server moved;
    connected c{moved.where()};
    REQUIRE(c.heard.next().empty());
    REQUIRE(c.ask_one("REPLICAOF", "127.0.0.1", "1").text == "OK");
    commands write;
    write.add("SET", "key", "text");
    const auto refused = c.ask(write);
    REQUIRE(refused.has_value());
    REQUIRE(refused->front().is_refusal());
    REQUIRE_THAT(c.heard.next(), Catch::Contains("replica"));
    REQUIRE(c.heard.next().empty());
    REQUIRE(c.ask_one("REPLICAOF", "NO", "ONE").text == "OK");
    REQUIRE(c.ask_one("SET", "key", "text").text == "OK");
}

TEST_CASE("what waits is bounded: beyond it a call is refused as too busy and not sent") {
    redis_server slow;
    auto o = slow.where();
    o.most_waiting = 10;
    o.answer_timeout = 20s;
    connected c{o};
    REQUIRE(c.heard.next().empty());
    slow.freeze();
    std::vector<std::future<result<std::vector<reply>>>> all;
    for (int i = 0; i < 15; ++i) {
        commands one;
        one.add("INCR", "count");
        all.push_back(c.io.start(c.client.call(std::move(one))));
    }
    const auto last = all.back().get();
    REQUIRE(last.error().code == errc::too_busy);
    slow.thaw();
    std::int64_t taken = 0;
    for (std::size_t i = 0; i + 1 < all.size(); ++i)
        if (const auto found = all[i].get()) taken = std::max(taken, found->front().integer);
    REQUIRE(taken == 10);
    REQUIRE(c.client.counted().failed == 5);
}

TEST_CASE("who is no coroutine is told the answer, and commands are carried out in the order in which they were handed over") {
    redis_server mortal;
    auto o = mortal.where();
    o.answer_timeout = 20s;
    connected c{o};
    REQUIRE(c.heard.next().empty());
    std::vector<std::int64_t> told;
    for (int i = 0; i < 100; ++i) {
        commands one;
        one.add("INCR", "counter");
        c.client.send(std::move(one),
                      [&](const result<std::vector<reply>>& said) { told.push_back(said.value().at(0).integer); });
    }
    REQUIRE(c.ask_one("GET", "counter").text == "100");
    REQUIRE(told.size() == 100);
    REQUIRE(std::ranges::is_sorted(told));
    REQUIRE(told.back() == 100);

    std::atomic<int> refused{0};
    const auto count = [&](const result<std::vector<reply>>& said) { refused += said ? 0 : 1; };
    mortal.crash();
    REQUIRE_FALSE(c.heard.next().empty());
    c.client.send(ping(), count);
    REQUIRE_FALSE(c.ask(ping()).has_value());
    REQUIRE(refused == 1);
    c.client.stop();
    c.client.send(ping(), count);
    REQUIRE_FALSE(c.ask(ping()).has_value());
    REQUIRE(refused == 2);
}

// The subscriber against a real Redis.
#include "madang/redis/subscriber.hpp"

#include "madang/redis/client.hpp"

#include "redis_server.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

#include "await.hpp"
#include "catch.hpp"
#include "run_task.hpp"

using namespace madang;
using namespace madang::test;
using namespace std::chrono_literals;

namespace {

// Writes down what it is told, a line each.
class recorder final : public redis::subscriber::listener {
public:
    void message(std::string_view channel, std::string_view payload) override {
        write(std::string{channel} + " says " + std::string{payload});
    }
    void subscribed(std::string_view channel) override { write("subscribed " + std::string{channel}); }
    void lost(std::string_view) override { write("lost"); }

    std::string next() {
        std::unique_lock hold{lock_};
        REQUIRE(changed_.wait_for(hold, 30s, [this] { return !lines_.empty(); }));
        auto line = std::move(lines_.front());
        lines_.pop_front();
        return line;
    }

private:
    void write(std::string line) {
        const std::lock_guard hold{lock_};
        lines_.push_back(std::move(line));
        changed_.notify_all();
    }

    std::mutex lock_;
    std::condition_variable changed_;
    std::deque<std::string> lines_;
};

struct listening {
    explicit listening(const redis::options& o)
        : subscriber(io.context(), o, heard), publisher(io.context(), o, [](std::string_view) {}) {
        subscriber.start();
        publisher.start();
    }
    ~listening() {
        subscriber.stop();
        publisher.stop();
        io.finish();
    }
    listening(const listening&) = delete;
    listening& operator=(const listening&) = delete;

    // Until it was taken: after an outage the publisher's connection comes back in its own time.
    void publish(std::string_view channel, std::string_view payload) {
        await([&] {
            redis::commands one;
            one.add("PUBLISH", channel, payload);
            return io.run(publisher.call(std::move(one))).has_value();
        });
    }

    io_thread io;
    recorder heard;
    redis::subscriber subscriber;
    redis::client publisher;
};

}  // namespace

TEST_CASE("what is published on a subscribed channel is heard in order, and nothing else") {
    redis_server server;
    listening l{server.where()};
    l.subscriber.subscribe("here");
    REQUIRE(l.heard.next() == "subscribed here");
    l.publish("elsewhere", "unheard");
    const std::string bytes{"\0\r\n", 3};
    l.publish("here", "1");
    l.publish("here", bytes);
    REQUIRE(l.heard.next() == "here says 1");
    REQUIRE(l.heard.next() == "here says " + bytes);
    l.subscriber.subscribe("there");
    REQUIRE(l.heard.next() == "subscribed there");
    l.subscriber.unsubscribe("here");
    l.subscriber.subscribe("third");  // after it, the first one is silent
    REQUIRE(l.heard.next() == "subscribed third");
    l.publish("here", "unheard");
    l.publish("there", "2");
    REQUIRE(l.heard.next() == "there says 2");
}

TEST_CASE("a lost server is told, and all channels are subscribed again when it is back") {
    redis_server server;
    listening l{server.where()};
    l.subscriber.subscribe("a");
    l.subscriber.subscribe("b");
    REQUIRE(l.heard.next() == "subscribed a");
    REQUIRE(l.heard.next() == "subscribed b");
    server.crash();
    REQUIRE(l.heard.next() == "lost");
    l.subscriber.subscribe("c");
    l.subscriber.unsubscribe("b");
    server.start();
    REQUIRE(l.heard.next() == "subscribed a");
    REQUIRE(l.heard.next() == "subscribed c");
    l.publish("b", "unheard");
    l.publish("c", "again");
    REQUIRE(l.heard.next() == "c says again");
}

TEST_CASE("a subscription to a server that hangs is lost, not silent") {
    redis_server server;
    auto o = server.where();
    o.idle = 50ms;
    o.answer_timeout = 20ms;
    listening l{o};
    l.subscriber.subscribe("a");
    REQUIRE(l.heard.next() == "subscribed a");
    server.freeze();
    REQUIRE(l.heard.next() == "lost");
    server.thaw();
    REQUIRE(l.heard.next() == "subscribed a");
}

// Two nodes on the bus's transports: one suite for all of them.
#include "madang/bus/redis_transport.hpp"

#include "network.hpp"
#include "redis_server.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "await.hpp"
#include "catch.hpp"
#include "run_task.hpp"

using namespace madang;
using namespace madang::test;
using namespace std::chrono_literals;

namespace {

// Writes down what it is told, a line each.
class recorder final : public bus::transport::listener {
public:
    void message(bus::channel c, std::string_view text) override { write(std::to_string(c) + " " + std::string{text}); }
    void heard(bus::channel c) override { write("heard " + std::to_string(c)); }
    void lost(bus::channel c) override { write("lost " + std::to_string(c)); }
    void unsaid(bus::channel c) override { write("unsaid " + std::to_string(c)); }

    std::string next() {
        std::unique_lock hold{lock_};
        REQUIRE(changed_.wait_for(hold, 30s, [this] { return !lines_.empty(); }));
        auto line = std::move(lines_.front());
        lines_.pop_front();
        return line;
    }
    std::set<std::string> next(std::size_t n) {
        std::set<std::string> all;
        while (all.size() < n) all.insert(next());
        return all;
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

// Transports of two nodes, and what a test can do to what is between them.
struct pair {
    virtual ~pair() = default;
    virtual bus::transport& a() = 0;
    virtual bus::transport& b() = 0;
    virtual void cut() = 0;
    virtual void mend() = 0;
};

struct in_process final : pair {
    network net;
    network::port& first = net.new_port();
    network::port& second = net.new_port();

    bus::transport& a() override { return first; }
    bus::transport& b() override { return second; }
    void cut() override {
        first.disconnect();
        second.disconnect();
    }
    void mend() override {
        first.connect();
        second.connect();
    }
};

// Over two servers: the even channels on one, the odd ones on the other.
struct over_redis final : pair {
    io_thread io;
    redis_server even, odd;
    std::vector<redis::options> servers{even.where(), odd.where()};
    bus::redis_transport first{io.context(), servers};
    bus::redis_transport second{io.context(), servers};

    ~over_redis() override {
        first.stop();
        second.stop();
        io.finish();
    }
    bus::transport& a() override { return first; }
    bus::transport& b() override { return second; }
    void cut() override {
        even.crash();
        odd.crash();
    }
    void mend() override {
        even.start();
        odd.start();
    }
};

std::unique_ptr<pair> pair_of(const std::string& kind) {
    if (kind == "redis") return std::make_unique<over_redis>();
    return std::make_unique<in_process>();
}

}  // namespace

TEST_CASE("what is published on a channel reaches who subscribes to it, in order, the publisher too") {
    const auto nodes = pair_of(GENERATE("in process", "redis"));
    recorder at_a, at_b;
    nodes->a().start(at_a);
    nodes->b().start(at_b);
    nodes->a().subscribe(4);
    REQUIRE(at_a.next() == "heard 4");
    nodes->b().subscribe(4);
    nodes->b().subscribe(5);
    REQUIRE(at_b.next(2) == std::set<std::string>{"heard 4", "heard 5"});
    for (int i = 0; i < 100; ++i) nodes->a().publish(4, "text " + std::to_string(i));
    for (int i = 0; i < 100; ++i) {
        REQUIRE(at_a.next() == "4 text " + std::to_string(i));
        REQUIRE(at_b.next() == "4 text " + std::to_string(i));
    }
    nodes->b().unsubscribe(4);
    nodes->b().subscribe(6);  // on the same server: after it, 4 is silent
    REQUIRE(at_b.next() == "heard 6");
    nodes->a().publish(4, "unheard");
    nodes->a().publish(6, "heard");
    REQUIRE(at_b.next() == "6 heard");
    nodes->a().stop();
    nodes->b().stop();
}

TEST_CASE("an outage is told for every channel that was heard, and its end too") {
    const auto nodes = pair_of(GENERATE("in process", "redis"));
    recorder at_a, at_b;
    nodes->a().start(at_a);
    nodes->b().start(at_b);
    nodes->b().subscribe(4);
    nodes->b().subscribe(5);
    REQUIRE(at_b.next(2) == std::set<std::string>{"heard 4", "heard 5"});
    nodes->cut();
    REQUIRE(at_b.next(2) == std::set<std::string>{"lost 4", "lost 5"});
    nodes->mend();
    REQUIRE(at_b.next(2) == std::set<std::string>{"heard 4", "heard 5"});
    nodes->a().stop();
    nodes->b().stop();
}

TEST_CASE("what Redis has not taken is told to who published it") {
    recorder at_a;
    over_redis nodes;
    nodes.first.start(at_a);
    nodes.first.subscribe(4);
    REQUIRE(at_a.next() == "heard 4");
    await([&] { return nodes.first.down() == 0; });
    nodes.even.crash();
    REQUIRE(at_a.next() == "lost 4");
    nodes.first.publish(4, "nobody hears it");
    REQUIRE(at_a.next() == "unsaid 4");
}

// The broker on several threads; meant to be run under ThreadSanitizer too.
#include "madang/broker/hub.hpp"

#include "shard.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "await.hpp"
#include "catch.hpp"

using namespace madang;
using namespace madang::broker;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t shard_count = 16;
constexpr std::size_t topic_count = 8;
constexpr std::size_t client_count = 64;
constexpr seq_t most = 300;  // messages of a topic

std::string topic_name(std::size_t n) { return "room" + std::to_string(n); }

class locked_history final : public history {
public:
    void append(const std::string& topic, message_ptr m) {
        const std::lock_guard hold{lock_};
        logs_[topic].push_back(std::move(m));
    }
    seq_t head(const std::string& topic) {
        const std::lock_guard hold{lock_};
        return static_cast<seq_t>(logs_[topic].size());
    }
    async_result<std::vector<message_ptr>> after(std::string topic, seq_t position, std::size_t limit) override {
        const std::lock_guard hold{lock_};
        std::vector<message_ptr> page;
        const auto& log = logs_[topic];
        for (auto at = static_cast<std::size_t>(position); at < log.size() && page.size() < limit; ++at) page.push_back(log[at]);
        co_return page;
    }

private:
    std::mutex lock_;
    std::map<std::string, std::vector<message_ptr>> logs_;
};

// Half of its writes take a turn of their own, as a socket's do.
class busy_client final : public endpoint, public std::enable_shared_from_this<busy_client> {
public:
    explicit busy_client(shard& home) : home_(home) {}

    // On the shard, as everything below.
    void open(std::int64_t user) {
        session_ = std::make_shared<session>(home_, *this);
        session_->identify(user_id{user}, session_id{user});
    }
    void listen(const std::string& topic, locked_history& past) {
        const auto id = topic;
        auto l = session_->listen(*session_->subscribe(id, topic, id + ":"), topic);
        session_->start(l, 1, past.head(topic), 0);
        next_[id] = 1;
    }
    void close() { session_->close(); }

    bool write(std::string& bytes) override {
        const std::string_view all{bytes};
        for (auto rest = all.substr(headroom); !rest.empty();) {
            const auto colon = rest.find(':');
            const auto end = rest.find(';');
            auto& next = next_[std::string{rest.substr(0, colon)}];
            if (std::stoll(std::string{rest.substr(colon + 1, end - colon - 1)}) != next) in_order = false;
            ++next;
            ++received;
            rest.remove_prefix(end + 1);
        }
        if (++writes_ % 2 == 0) return true;
        asio::post(home_.strand(), [self = shared_from_this()] { self->session_->written(); });
        return false;
    }
    void too_slow() override { in_order = false; }
    void has_room() override {}
    void login_ended() override {}
    void restart() override {}
    void tick(steady_time) override {}

    [[nodiscard]] shard& home() const noexcept { return home_; }

    std::atomic<bool> in_order{true};
    std::atomic<std::int64_t> received{0};

private:
    shard& home_;
    std::shared_ptr<session> session_;
    std::map<std::string, seq_t> next_;
    int writes_ = 0;
};

}  // namespace

TEST_CASE("with several threads every session sees every topic in order, also who comes while it is talked") {
    asio::io_context io;
    auto work = asio::make_work_guard(io);
    runtime::shards strands{io, shard_count};
    metrics::registry metrics;
    locked_history past;
    limits l;
    l.outbox.hard = 16 * 1024 * 1024;
    l.outbox.soft = l.outbox.hard;
    hub broker{strands, l, past, metrics};

    std::vector<std::shared_ptr<busy_client>> clients;
    for (std::size_t i = 0; i < client_count; ++i) {
        clients.push_back(std::make_shared<busy_client>(broker.at(i % shard_count)));
        asio::post(clients[i]->home().strand(), [c = clients[i], i] { c->open(static_cast<std::int64_t>(i + 1)); });
    }
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&io] { io.run(); });

    // Two publishers, each with half of the topics; sessions come while they talk.
    const auto talk = [&](std::size_t first) {
        for (seq_t seq = 1; seq <= most; ++seq)
            for (std::size_t t = first; t < topic_count; t += 2) {
                auto m = std::make_shared<message>();
                m->seq = seq;
                m->tail = std::to_string(seq) + ";";
                past.append(topic_name(t), m);
                publication p;
                p.topic = topic_name(t);
                p.message = m;
                broker.publish(std::move(p));
            }
    };
    std::thread odd{talk, 0};
    std::thread even{talk, 1};
    std::int64_t expected = 0;
    for (std::size_t i = 0; i < client_count; ++i)
        for (std::size_t t = i % 3; t < topic_count; t += 3) {
            expected += most;
            asio::post(clients[i]->home().strand(), [c = clients[i], t, &past] { c->listen(topic_name(t), past); });
        }
    odd.join();
    even.join();

    const auto received = [&] {
        std::int64_t all = 0;
        for (const auto& c : clients) all += c->received;
        return all;
    };
    madang::test::await([&] { return received() >= expected; });

    std::vector<std::future<void>> closed;
    for (const auto& c : clients) {
        auto done = std::make_shared<std::promise<void>>();
        closed.push_back(done->get_future());
        asio::post(c->home().strand(), [c, done] {
            c->close();
            done->set_value();
        });
    }
    for (auto& c : closed) c.get();
    broker.stop();
    work.reset();
    for (auto& t : threads) t.join();

    REQUIRE(received() == expected);
    for (const auto& c : clients) REQUIRE(c->in_order);
    REQUIRE(broker.sessions() == 0);
}

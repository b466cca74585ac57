#include "madang/redis/client.hpp"

#include "connection.hpp"

#include "madang/base/clock.hpp"
#include "madang/runtime/pending.hpp"

#include <boost/asio/post.hpp>

#include <deque>

namespace madang::redis {

using runtime::pending;
using replies = std::vector<reply>;

namespace {

class told final : public pending<replies> {
public:
    explicit told(client::listener to) : to_(std::move(to)) {}
    void give(result<replies> answer) override { to_(answer); }

private:
    client::listener to_;
};

}  // namespace

class client::impl final : public connection::listener, public std::enable_shared_from_this<impl> {
public:
    impl(asio::io_context& io, options o, std::function<void(std::string_view)> heard)
        : strand_(io.get_executor()),
          options_(std::move(o)),
          heard_(std::move(heard)),
          connection_(std::make_shared<connection>(strand_, options_, *this)),
          timer_(strand_) {}

    void start() {
        asio::post(strand_, [self = shared_from_this()] { self->connection_->start(); });
    }
    void stop() {
        asio::post(strand_, [self = shared_from_this()] {
            if (std::exchange(self->stopped_, true)) return;
            self->is_up = false;  // whoever asks later is refused
            // What was handed over before has until its deadline. Meanwhile the timer keeps this alive.
            if (!self->connected_ || self->questions_.empty()) self->end();
        });
    }
    void ask(commands all, std::unique_ptr<pending<replies>> asker) {
        asio::post(strand_, [self = shared_from_this(), all = std::move(all), asker = std::move(asker)]() mutable {
            self->take(std::move(all), std::move(asker));
        });
    }

    std::atomic<bool> is_up{false};
    figures counted;

private:
    struct question {
        std::size_t count = 0;
        std::unique_ptr<pending<replies>> asker;  // null: nobody waits
        replies found;
        steady_time deadline;
    };

    void take(commands all, std::unique_ptr<pending<replies>> asker) {
        counted.commands += all.count();
        const bool full =
            waiting_ + all.count() > options_.most_waiting || connection_->unsent() + all.bytes().size() > options_.most_bytes;
        if (!is_up || full) {
            counted.failed += all.count();
            if (!asker) return;
            asker->give(is_up ? retry_later(errc::too_busy, std::chrono::seconds{1}) : error{errc::unavailable});
            return;
        }
        hand_over(all, std::move(asker));
    }

    void hand_over(const commands& all, std::unique_ptr<pending<replies>> asker) {
        question q;
        q.count = all.count();
        q.asker = std::move(asker);
        q.deadline = std::chrono::steady_clock::now() + options_.answer_timeout;
        waiting_ += q.count;
        questions_.push_back(std::move(q));
        connection_->send(all.bytes());
        if (timer_.expiry() > questions_.back().deadline) timer_.cancel();  // it was set for the end of a silence
    }

    // The connection is told when a command has been answered in time: a server that only greets is none.
    void up() override {
        is_up = connected_ = true;
        commands ping;
        ping.add("PING");
        ++counted.commands;
        hand_over(ping, nullptr);
        look_after();
    }

    void received(reply r) override {
        heard_something_ = true;
        if (questions_.empty()) return cut("a reply to no command");
        if (!stopped_ && std::exchange(told_, word::up) != word::up) heard_({});
        const bool is_replica = r.is_refusal() && r.text.starts_with("READONLY");
        auto& first = questions_.front();
        if (first.asker) first.found.push_back(std::move(r));
        --waiting_;
        if (--first.count == 0) {
            if (first.asker) first.asker->give(std::move(first.found));
            questions_.pop_front();
        }
        if (stopped_ && questions_.empty()) return end();
        // The one that writes is elsewhere now, perhaps under this name.
        if (is_replica && !stopped_) cut("it has become a replica");
    }

    void down(std::string_view why) override {
        is_up = connected_ = false;
        if (stopped_) return end();
        timer_.cancel();
        refuse_all();
        if (std::exchange(told_, word::down) != word::down) heard_(why);
    }

    // Nothing more is expected of this connection.
    void cut(std::string_view why) {
        connected_ = false;
        connection_->cut(why);
    }
    void end() {
        connected_ = false;
        connection_->stop();
        timer_.cancel();
        refuse_all();
    }

    void refuse_all() {
        for (auto& q : std::exchange(questions_, {})) {
            counted.failed += q.count;
            if (q.asker) q.asker->give(error{errc::unavailable});
        }
        waiting_ = 0;
    }

    // One timer for the deadline of the oldest question, and for silence.
    void look_after() {
        if (looking_ || !connected_) return;
        looking_ = true;
        const auto idle_until = std::chrono::steady_clock::now() + options_.idle;
        heard_something_ = false;
        timer_.expires_at(questions_.empty() ? idle_until : std::min(questions_.front().deadline, idle_until));
        timer_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
            self->looking_ = false;
            self->look();
        });
    }
    void look() {
        if (!connected_) return;
        if (!questions_.empty() && questions_.front().deadline <= std::chrono::steady_clock::now())
            return stopped_ ? end() : cut("no reply in time");
        if (questions_.empty() && !heard_something_) {
            commands ping;
            ping.add("PING");
            take(std::move(ping), nullptr);
        }
        look_after();
    }

    executor strand_;
    const options options_;
    const std::function<void(std::string_view)> heard_;
    const std::shared_ptr<connection> connection_;
    timer timer_;
    std::deque<question> questions_;
    std::size_t waiting_ = 0;  // commands
    enum class word { nothing, up, down };
    word told_ = word::nothing;  // of the connection
    bool connected_ = false;     // and nothing has gone wrong with it
    bool looking_ = false;
    bool heard_something_ = false;
    bool stopped_ = false;
};

client::client(asio::io_context& io, options o, std::function<void(std::string_view)> heard)
    : impl_(std::make_shared<impl>(io, std::move(o), std::move(heard))) {}
client::~client() { stop(); }

void client::start() { impl_->start(); }
void client::stop() { impl_->stop(); }
bool client::is_up() const noexcept { return impl_->is_up; }
const client::figures& client::counted() const noexcept { return impl_->counted; }

async_result<std::vector<reply>> client::call(commands all) {
    auto ask = [this, all = std::move(all)](std::unique_ptr<pending<replies>> asker) mutable {
        impl_->ask(std::move(all), std::move(asker));
    };
    return runtime::await_answer<replies>(std::move(ask));
}

void client::send(commands all, listener to) { impl_->ask(std::move(all), to ? std::make_unique<told>(std::move(to)) : nullptr); }

}  // namespace madang::redis

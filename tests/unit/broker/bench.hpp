// A broker on one io_context that tests turn by hand, with a history and clients that do what they are told. On the wire of these
// tests a MESSAGE of subscription "a" with seq 7 reads "a:7;", so that order and gaps can be seen at a glance.
#pragma once

#include "await.hpp"
#include "shard.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace madang::broker::test {

// "7;", or "7+++;" where it must be `size` bytes long.
inline message_ptr numbered(seq_t seq, std::size_t size = 0, bool sheddable = false) {
    auto m = std::make_shared<message>();
    m->seq = seq;
    m->tail = fmt::format("{}", seq);
    if (m->tail.size() + 1 < size) m->tail.append(size - 1 - m->tail.size(), '+');
    m->tail += ';';
    m->sheddable = sheddable;
    return m;
}

// One that changes what was said at `about`: "9;" or, for who must not see that, "9hidden;".
inline message_ptr about(seq_t seq, seq_t target) {
    auto m = std::make_shared<message>();
    m->seq = seq;
    m->about = target;
    m->tail = fmt::format("{};", seq);
    m->concealed = fmt::format("{}hidden;", seq);
    return m;
}

// The leaving of `who`.
inline message_ptr leaving(seq_t seq, user_id who) {
    auto m = std::make_shared<message>(*numbered(seq));
    m->leaver = who;
    return m;
}

inline publication of(std::string topic, message_ptr m) {
    publication p;
    p.topic = std::move(topic);
    p.message = std::move(m);
    return p;
}

// A log for each topic. While `slow`, answers are read when they are asked for and given when the test says so.
class fake_history final : public history {
public:
    void append(const std::string& topic, message_ptr m) { logs_[topic].push_back(std::move(m)); }
    [[nodiscard]] seq_t head(const std::string& topic) { return static_cast<seq_t>(logs_[topic].size()); }
    [[nodiscard]] int asked() const noexcept { return asked_; }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

    bool slow = false;
    int failures = 0;  // so many questions are answered with an error

    // Answers the n-th question that waits.
    void answer(std::size_t n = 0) {
        timer* t = waiting_.at(n);
        waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(n));
        t->cancel();
    }
    void answer_all() {
        while (!waiting_.empty()) answer();
    }

    async_result<std::vector<message_ptr>> after(std::string topic, seq_t position, std::size_t limit) override {
        ++asked_;
        if (failures > 0) {
            --failures;
            co_return errc::unavailable;
        }
        std::vector<message_ptr> page;
        for (const auto& m : logs_[topic])
            if (m->seq > position && page.size() < limit) page.push_back(m);
        if (slow) {
            timer t{co_await asio::this_coro::executor, steady_time::max()};
            waiting_.push_back(&t);
            boost::system::error_code ignored;
            co_await t.async_wait(asio::redirect_error(use_task, ignored));
        }
        co_return page;
    }

private:
    std::map<std::string, std::vector<message_ptr>> logs_;
    std::deque<timer*> waiting_;
    int asked_ = 0;
};

// A client at the other end of the wire: fast, or so slow that each write waits for drain().
class fake_client final : public endpoint {
public:
    explicit fake_client(shard& home) : home_(home), session_(std::make_shared<session>(home, *this)) {}

    bool write(std::string& bytes) override {
        writes.push_back(bytes.substr(headroom));
        if (!slow) return true;
        writing_ = true;
        return false;
    }
    void too_slow() override {
        ++told_too_slow;
        asio::post(home_.strand(), [s = session_] { s->close(); });
    }
    void has_room() override { ++told_has_room; }
    void login_ended() override { ++told_login_ended; }
    void restart() override { ++told_restart; }
    void tick(steady_time) override { ++ticks; }

    [[nodiscard]] session& s() const noexcept { return *session_; }
    // The write in flight is out.
    void drain() {
        if (std::exchange(writing_, false)) session_->written();
    }
    [[nodiscard]] bool writing() const noexcept { return writing_; }

    // Listens from `next` on (0: whatever comes), as somebody who knows the head of the topic.
    listener_ptr listen(const std::string& id, const std::string& topic, seq_t next = 0, seq_t head = 0, seq_t from = 0) {
        const auto on = session_->subscribe(id, topic, id + ":");
        auto l = session_->listen(*on, topic);
        session_->start(l, next, head, from);
        return l;
    }

    [[nodiscard]] std::string wire() const {
        std::string all;
        for (const auto& w : writes) all += w;
        return all;
    }

    bool slow = false;
    std::vector<std::string> writes;
    int told_too_slow = 0;
    int told_has_room = 0;
    int told_login_ended = 0;
    int told_restart = 0;
    int ticks = 0;

private:
    shard& home_;
    std::shared_ptr<session> session_;
    bool writing_ = false;
};

struct bench {
    explicit bench(std::size_t shards = 2, const limits& l = {}) : strands(io, shards), broker(strands, l, past, metrics) {}
    bench(const bench&) = delete;
    bench& operator=(const bench&) = delete;

    // Everything that can be done now.
    void turn() {
        io.restart();
        io.poll();
    }
    void turn_for(std::chrono::milliseconds t) {
        io.restart();
        io.run_for(t);
    }
    // For what comes in its own time.
    template <class Done>
    void turn_until(Done done) {
        madang::test::await(io, done);
    }
    // A client of this user on this shard, with a login of the same number.
    std::unique_ptr<fake_client> client(std::size_t shard, std::int64_t user = 1) {
        auto c = std::make_unique<fake_client>(broker.at(shard));
        c->s().identify(user_id{user}, session_id{user});
        return c;
    }
    // Committed and published.
    void say(const std::string& topic, message_ptr m) {
        past.append(topic, m);
        broker.publish(of(topic, std::move(m)));
    }
    // Somebody left by it.
    void leave(const std::string& topic, seq_t seq, user_id who) {
        auto m = leaving(seq, who);
        past.append(topic, m);
        publication p = of(topic, std::move(m));
        p.left = {who};
        broker.publish(std::move(p));
    }
    // Somebody joined by it; null: without an event.
    void join(const std::string& topic, message_ptr m, user_id who) {
        if (m) past.append(topic, m);
        publication p = of(topic, std::move(m));
        p.head = past.head(topic);
        p.joined = {who};
        broker.publish(std::move(p));
    }
    [[nodiscard]] std::uint64_t counted(const std::string& name) const {
        const auto text = metrics.text();
        const auto at = text.find("\n" + name + " ");
        return at == std::string::npos ? 0 : std::stoull(text.substr(at + name.size() + 2));
    }

    asio::io_context io;
    metrics::registry metrics;
    runtime::shards strands;
    fake_history past;
    hub broker;
};

// An outbox that is full after a few messages.
inline limits small_outbox() {
    limits l;
    l.outbox = {.soft = 40, .hard = 100, .batch = 20};
    l.history_page = 4;
    return l;
}

}  // namespace madang::broker::test

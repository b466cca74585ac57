#include "postgres/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <random>

namespace madang::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 100ms;
constexpr auto longest_pause = 3000ms;
constexpr auto longest_of_essential = 1000ms;  // people wait for it

failure no_connection() { return failure::connection_lost("there is no connection"); }

// One more in the queue for as long as it lives, or until somebody else takes it out.
class counted {
public:
    explicit counted(std::atomic<std::size_t>& n) : n_(&n) { ++n; }
    ~counted() {
        if (n_ != nullptr) --*n_;
    }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    void stays() noexcept { n_ = nullptr; }

private:
    std::atomic<std::size_t>* n_;
};

}  // namespace

connection::connection(asio::io_context& io, connector& c, precedence& first, use u, bool is_essential)
    : strand_(io.get_executor()),
      connector_(c),
      first_(first),
      use_(u),
      is_essential_(is_essential),
      pauses_(first_pause, is_essential ? longest_of_essential : longest_pause),
      line_(static_cast<std::int32_t>(std::random_device{}() >> 1)),
      pause_(strand_) {
    if (is_essential_) first_.missing();
}

void connection::start() { asio::co_spawn(strand_, stay_connected(), asio::detached); }

void connection::stop() {
    asio::post(strand_, [self = shared_from_this()] {
        self->stopped_ = true;
        self->pause_.cancel();
        if (self->pipeline_) self->pipeline_->give_up(failure::connection_lost("the store stops"));
        if (self->socket_) self->socket_->cancel();
        self->wake_first();
    });
}

task<> connection::stay_connected() {
    const auto self = shared_from_this();
    while (!stopped_) {
        if (!is_essential_) co_await let_others_go_first();
        if (stopped_) break;
        auto opened = co_await connector_.open(use_, line_);
        if (!opened) now_ = state::down;
        if (stopped_) break;
        pauses_.fails();
        if (opened) {
            told_.clear();
            if (heard) heard(std::nullopt);
            if (is_essential_) first_.there();
            co_await serve(std::move(*opened));
            if (is_essential_) first_.missing();
            if (stopped_) break;
        } else if (heard && (is_essential_ || told_ != opened.error().detail)) {
            told_ = opened.error().detail;
            heard(told_);
        }
        wake_first();
        co_await pause();
    }
    wake_first();
}

// They are woken by stop(), too.
task<> connection::let_others_go_first() {
    auto wake = [weak = weak_from_this()] {
        if (const auto self = weak.lock()) asio::post(self->strand_, [self] { self->pause_.cancel(); });
    };
    pause_.expires_at(timer::time_point::max());
    if (first_.may_go(std::move(wake))) co_return;
    now_ = state::down;  // nobody waits for what may not come
    wake_first();
    boost::system::error_code ignored;
    co_await pause_.async_wait(asio::redirect_error(use_task, ignored));
}

task<> connection::pause() {
    pause_.expires_after(pauses_.pause());
    boost::system::error_code ignored;
    co_await pause_.async_wait(asio::redirect_error(use_task, ignored));
}

task<> connection::serve(connector::opened c) {
    wire_ = std::move(c.way);
    timeline_ = c.of;
    pipeline_ = std::make_unique<pipeline>(*wire_);
    socket_.emplace(strand_);
    boost::system::error_code ec;
    socket_->assign(wire_->socket(), ec);
    if (ec) pipeline_->give_up(failure::connection_lost("there is no file descriptor left for it"));
    heard_at_ = std::chrono::steady_clock::now();
    now_ = state::up;
    wake_first();
    while (!pipeline_->broken()) {
        co_await socket_->async_wait(asio::posix::descriptor_base::wait_read, asio::redirect_error(use_task, ec));
        if (ec) break;
        heard_at_ = std::chrono::steady_clock::now();
        pipeline_->readable();
        watch_for_writing();
    }
    now_ = state::down;
    pipeline_->give_up(failure::connection_lost(stopped_ ? "the store stops" : "the connection was lost"));
    socket_.reset();
    waits_for_writing_ = false;
    pipeline_.reset();
    wire_.reset();
}

void connection::watch_for_writing() {
    if (!socket_ || waits_for_writing_ || !pipeline_->wants_to_write()) return;
    waits_for_writing_ = true;
    socket_->async_wait(asio::posix::descriptor_base::wait_write,
                        [self = shared_from_this()](const boost::system::error_code& ec) {
                            if (ec || !self->pipeline_) return;
                            self->waits_for_writing_ = false;
                            self->pipeline_->writable();
                            self->watch_for_writing();
                            if (self->pipeline_->broken()) self->socket_->cancel();
                        });
}

task<answers> connection::ask(statements all, steady_time end) {
    const auto self = shared_from_this();
    counted here{waiting_};
    const auto asked_at = std::chrono::steady_clock::now();
    timer until{strand_, std::min(end, asked_at + connector_.deadline())};
    boost::system::error_code ignored;
    if (now() == state::starting && !stopped_) {
        wait_for_first_.push_back(&until);
        co_await until.async_wait(asio::redirect_error(use_task, ignored));
        std::erase(wait_for_first_, &until);
        until.expires_at(until.expiry());
    }
    if (pipeline_ && connector_.is_past(timeline_)) reconnect("another server has taken over");
    if (!pipeline_ || pipeline_->broken()) throw no_connection();

    if (pipeline_->in_flight() == 0) heard_at_ = std::max(heard_at_, asked_at);
    const auto of = timeline_;
    const auto r = std::make_shared<request>(std::move(all));
    r->when_done = [&until] { until.cancel(); };
    pipeline_->send(r);
    watch_for_writing();
    while (!r->done) {
        co_await until.async_wait(asio::redirect_error(use_task, ignored));
        const auto time = std::chrono::steady_clock::now();
        if (r->done || time < until.expiry()) continue;
        // Of reads there may be thousands on their way. While the server answers, who has waited for too long is refused alone,
        // and its place is kept and counted, for results are positional. A transaction cannot go on without knowing.
        if (use_ == use::reading && time - heard_at_ < connector_.deadline()) {
            here.stays();
            r->when_done = [self] { --self->waiting_; };
            throw failure::too_busy("the answers to others took too long");
        }
        pipeline_->give_up(failure::connection_lost("no answer in time"));
        socket_->cancel();
    }
    // A server that has become a standby.
    if (use_ != use::reading && r->failed && r->failed->sqlstate() == "25006") reconnect("the server is read-only");
    if (pipeline_ && pipeline_->broken() && socket_) socket_->cancel();
    if (!r->failed || !r->failed->of_connection()) pauses_.works();
    // It may have gone on while another one took over: what it says is not what holds.
    if (connector_.is_past(of)) throw failure::connection_lost("another server has taken over");
    if (r->failed) throw *r->failed;
    co_return std::move(r->found);
}

task<connection::turn> connection::take_turn(steady_time end) {
    const counted here{waiting_};
    auto self = shared_from_this();
    if (taken_) {
        timer sleeper{strand_, end};
        next_turns_.push_back(&sleeper);
        boost::system::error_code given;
        co_await sleeper.async_wait(asio::redirect_error(use_task, given));
        if (!given) {
            std::erase(next_turns_, &sleeper);
            throw failure::too_busy("all connections were busy for too long");
        }
    }
    taken_ = true;
    co_return turn{std::move(self)};
}

void connection::give_turn() {
    taken_ = false;
    while (!taken_ && !next_turns_.empty()) {
        auto* const next = next_turns_.front();
        next_turns_.pop_front();
        taken_ = next->cancel() > 0;  // none: its time was up at this very moment
    }
}

void connection::reconnect(std::string_view why) {
    if (pipeline_) pipeline_->give_up(failure::connection_lost(why));
    if (socket_) socket_->cancel();
}

void connection::wake_first() {
    for (auto* const sleeper : std::exchange(wait_for_first_, {})) sleeper->cancel();
}

}  // namespace madang::storage::postgres

#include "postgres/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace madang::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 50ms;
constexpr auto longest_pause = 3000ms;

failure no_connection() { return failure::connection_lost("there is no connection"); }

// One more in the queue for as long as it lives.
class counted {
public:
    explicit counted(std::atomic<std::size_t>& n) : n_(n) { ++n_; }
    ~counted() { --n_; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;

private:
    std::atomic<std::size_t>& n_;
};

}  // namespace

connection::connection(asio::io_context& io, connector& c, use u)
    : strand_(io.get_executor()), connector_(c), use_(u), dice_(std::random_device{}()), pause_(strand_) {}

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
        auto opened = co_await connector_.open(use_);
        if (!opened) now_ = state::down;
        if (stopped_) break;
        if (opened) {
            failures_ = 0;
            if (heard) heard(std::nullopt);
            co_await serve(std::move(*opened));
            if (stopped_) break;
        } else if (++failures_ == 1 && heard) {
            heard(opened.error().detail);
        }
        wake_first();
        co_await back_off();
    }
    wake_first();
}

task<> connection::back_off() {
    const auto longest = std::min<std::chrono::milliseconds>(longest_pause, first_pause * (1 << std::min(failures_, 10)));
    const auto half = longest.count() / 2;
    pause_.expires_after(std::chrono::milliseconds{half + static_cast<std::int64_t>(dice_() % static_cast<unsigned>(half + 1))});
    boost::system::error_code ignored;
    co_await pause_.async_wait(asio::redirect_error(use_task, ignored));
}

task<> connection::serve(std::shared_ptr<wire> w) {
    wire_ = std::move(w);
    pipeline_ = std::make_unique<pipeline>(*wire_);
    socket_.emplace(strand_, wire_->socket());
    now_ = state::up;
    wake_first();
    while (!pipeline_->broken()) {
        boost::system::error_code ec;
        co_await socket_->async_wait(asio::posix::descriptor_base::wait_read, asio::redirect_error(use_task, ec));
        if (ec) break;
        pipeline_->readable();
        watch_for_writing();
    }
    now_ = state::down;
    pipeline_->give_up(failure::connection_lost(stopped_ ? "the store stops" : "the connection was lost"));
    // The descriptor is libpq's, which closes it.
    socket_->release();
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

task<answers> connection::ask(statements all) {
    const auto self = shared_from_this();
    const counted here{waiting_};
    timer until{strand_, std::chrono::steady_clock::now() + connector_.deadline()};
    boost::system::error_code ignored;
    if (now() == state::starting && !stopped_) {
        wait_for_first_.push_back(&until);
        co_await until.async_wait(asio::redirect_error(use_task, ignored));
        std::erase(wait_for_first_, &until);
        until.expires_at(until.expiry());
    }
    if (!pipeline_) throw no_connection();

    const auto r = std::make_shared<request>(std::move(all));
    r->when_done = [&until] { until.cancel(); };
    pipeline_->send(r);
    watch_for_writing();
    while (!r->done) {
        co_await until.async_wait(asio::redirect_error(use_task, ignored));
        if (r->done || std::chrono::steady_clock::now() < until.expiry()) continue;
        // Results are positional: what comes after this one could not be told apart.
        pipeline_->give_up(failure::connection_lost(fmt::format("no answer within {} ms", connector_.deadline().count())));
        socket_->cancel();
    }
    if (pipeline_ && pipeline_->broken() && socket_) socket_->cancel();
    if (r->failed) throw *r->failed;
    co_return std::move(r->found);
}

task<connection::turn> connection::take_turn() {
    const counted here{waiting_};
    auto self = shared_from_this();
    if (taken_) {
        timer sleeper{strand_, std::chrono::steady_clock::now() + connector_.deadline()};
        next_turns_.push_back(&sleeper);
        boost::system::error_code given;
        co_await sleeper.async_wait(asio::redirect_error(use_task, given));
        if (!given) {
            std::erase(next_turns_, &sleeper);
            throw failure::connection_lost("all connections were busy for too long");
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

void connection::reconnect() {
    if (pipeline_) pipeline_->give_up(failure::connection_lost("the server is read-only"));
    if (socket_) socket_->cancel();
}

void connection::wake_first() {
    for (auto* const sleeper : std::exchange(wait_for_first_, {})) sleeper->cancel();
}

}  // namespace madang::storage::postgres

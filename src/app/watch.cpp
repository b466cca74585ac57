#include "watch.hpp"

#include "keys.hpp"

#include "madang/observe/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <random>

namespace madang::app {
namespace {

using namespace std::chrono_literals;

// Ended sessions are kept this long after nobody can use them any more.
constexpr auto keep_ended = 24h;
constexpr auto tidy_every = 1h;
// Clocks of processes differ, and a commit comes after its time stamp: by as long as a disk or a standby keeps it waiting. What
// was heard already is folded.
constexpr auto overlap = 5min;

}  // namespace

async_result<> watch::hear_of_ended_sessions(timestamp since) {
    auto ended = co_await parts_.logins.ended_since(since);
    if (!ended) co_return ended.error();
    parts_.accounts.ended(std::move(*ended));
    co_return result<>{};
}

async_result<> watch::hear_of_epoch() {
    auto present = co_await parts_.rooms.epoch();
    if (!present) co_return present.error();
    if (*present != parts_.epoch.name()) parts_.new_epoch(std::move(*present));
    co_return result<>{};
}

async_result<> watch::load() { return hear_of_ended_sessions(parts_.time.now() - parts_.accounts.policy().access_ttl - overlap); }

void watch::start() { asio::co_spawn(strand_, poll(), asio::detached); }

void watch::stop() {
    asio::post(strand_, [this] {
        stopped_ = true;
        timer_.cancel();
    });
}

task<> watch::poll() {
    std::minstd_rand dice{std::random_device{}()};
    timestamp heard = parts_.time.now();
    bool hears = true;
    auto next_tidy = std::chrono::steady_clock::now() + 1min;
    while (!stopped_) {
        timer_.expires_after(
            every_ + std::chrono::milliseconds{std::uniform_int_distribution<>{0, static_cast<int>(every_.count() / 10)}(dice)});
        boost::system::error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(use_task, ignored));
        if (stopped_) co_return;
        const timestamp now = parts_.time.now();
        const auto ended = co_await hear_of_ended_sessions(heard - overlap);
        if (ended) heard = now;
        const auto keys = co_await load_keys(parts_.keys, parts_.ring);
        const auto epoch = co_await hear_of_epoch();
        if (stopped_) co_return;
        const bool heard_all = ended && keys && epoch;
        if (hears && !heard_all) log::warn("cannot hear of ended sessions, keys and the epoch");
        hears = heard_all;
        if (std::chrono::steady_clock::now() >= next_tidy) {
            next_tidy = std::chrono::steady_clock::now() + tidy_every;
            co_await tidy();
        }
    }
}

task<> watch::tidy() {
    const auto gone = co_await parts_.logins.sweep(parts_.time.now() - keep_ended);
    if (gone && *gone > 0) log::info("forgot ended sessions", {{"count", *gone}});
}

}  // namespace madang::app

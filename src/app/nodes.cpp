#include "nodes.hpp"

#include "translate.hpp"

#include "madang/observe/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

namespace madang::app {
namespace {

using namespace std::chrono_literals;

constexpr auto look_every = 10s;

std::unique_ptr<bus::redis_transport> transport_of(const config::settings& s, asio::io_context& io) {
    if (s.bus.urls.empty()) return nullptr;
    std::vector<redis::options> servers;
    for (const auto& url : s.bus.urls) {
        servers.push_back(redis_options_of(url, 1s));
        servers.back().idle = 1s;  // a Redis that hangs is noticed within three
    }
    return std::make_unique<bus::redis_transport>(io, servers);
}

// On the first of the servers.
std::unique_ptr<bus::redis_presence> board_of(const config::settings& s, asio::io_context& io, const nodes::parts& p) {
    if (s.bus.urls.empty()) return nullptr;
    return std::make_unique<bus::redis_presence>(io, redis_options_of(s.bus.urls.front(), 1s), p.epoch, p.here, p.time,
                                                 bus::redis_presence::timing{});
}

bus::cluster_options options_of(const config::settings& s) {
    bus::cluster_options o;
    o.channels = static_cast<std::size_t>(s.bus.channels);
    return o;
}

bus::cluster::parts with(bus::transport& others, const nodes::parts& p) {
    return {others, p.rooms, p.feeds, p.here, p.reads, p.ended, p.epoch, p.time};
}

}  // namespace

nodes::nodes(const config::settings& s, asio::io_context& io, const parts& p, storage::store& store, metrics::registry& m)
    : store_(store),
      timer_(executor{io.get_executor()}),
      redis_(transport_of(s, io)),
      cluster_(executor{io.get_executor()}, with(redis_ ? static_cast<bus::transport&>(*redis_) : silence_, p), options_of(s), m),
      everybody_(p.here, cluster_),
      board_(board_of(s, io, p)) {
    if (!redis_) return;
    m.add_gauge_from("madang_bus_servers_down", "Redis servers of the bus that cannot be reached.",
                     [this] { return static_cast<double>(redis_->down()); });
    m.add_counter_from("madang_bus_commands_total", "Commands sent to the bus's Redis servers.",
                       [this] { return static_cast<double>(redis_->commands()); });
    m.add_counter_from("madang_bus_commands_failed_total", "Those of them without a reply.",
                       [this] { return static_cast<double>(redis_->failed()); });
}

void nodes::start() {
    cluster_.start();
    if (board_) board_->start();
    if (!redis_) asio::co_spawn(timer_.get_executor(), look_for_others(), asio::detached);
}

void nodes::stop() {
    asio::post(timer_.get_executor(), [this] {
        stopped_ = true;
        timer_.cancel();
    });
    cluster_.stop();
    if (board_) board_->stop();
    if (redis_) redis_->stop();
}

task<> nodes::look_for_others() {
    while (!stopped_) {
        const auto there = co_await store_.nodes();
        if (there && *there > 1) {
            log::warn(
                "several nodes share this database without a bus: people on different nodes hear from each other seconds late; "
                "set bus.urls on all of them",
                {{"nodes", *there}});
            co_return;
        }
        timer_.expires_after(look_every);
        boost::system::error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(use_task, ignored));
    }
}

std::string nodes::bus() const {
    if (!redis_) return "none";
    return redis_->down() == 0 ? "ok" : "failing";
}

}  // namespace madang::app

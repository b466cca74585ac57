#include "nodes.hpp"

#include "translate.hpp"

namespace madang::app {
namespace {

using namespace std::chrono_literals;

std::unique_ptr<bus::redis_transport> transport_of(const config::settings& s, asio::io_context& io) {
    if (s.bus.urls.empty()) return nullptr;
    std::vector<redis::options> servers;
    for (const auto& url : s.bus.urls) servers.push_back(redis_options_of(url, 1s));
    return std::make_unique<bus::redis_transport>(io, servers);
}

bus::cluster_options options_of(const config::settings& s) {
    bus::cluster_options o;
    o.channels = static_cast<std::size_t>(s.bus.channels);
    return o;
}

bus::cluster::parts with(bus::transport& others, const nodes::parts& p) {
    return {others, p.feeds, p.here, p.reads, p.ended, p.epoch, p.time};
}

}  // namespace

nodes::nodes(const config::settings& s, asio::io_context& io, const parts& p, metrics::registry& m)
    : redis_(transport_of(s, io)),
      cluster_(executor{io.get_executor()}, with(redis_ ? static_cast<bus::transport&>(*redis_) : silence_, p), options_of(s), m),
      everybody_(p.here, cluster_),
      listening_(cluster_) {
    if (!redis_) return;
    m.add_gauge_from("madang_bus_servers_down", "Redis servers of the bus that cannot be reached.",
                     [this] { return static_cast<double>(redis_->down()); });
    m.add_counter_from("madang_bus_commands_total", "Commands sent to the bus's Redis servers.",
                       [this] { return static_cast<double>(redis_->commands()); });
    m.add_counter_from("madang_bus_commands_failed_total", "Those of them without a reply.",
                       [this] { return static_cast<double>(redis_->failed()); });
}

void nodes::stop() {
    cluster_.stop();
    if (redis_) redis_->stop();
}

std::string nodes::bus() const {
    if (!redis_) return "none";
    return redis_->down() == 0 ? "ok" : "failing";
}

}  // namespace madang::app

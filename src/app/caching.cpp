#include "caching.hpp"

#include "translate.hpp"

#include "madang/observe/log.hpp"

#include <algorithm>

namespace madang::app {
namespace {

using namespace std::chrono_literals;

// A cache that takes longer is none.
constexpr auto answer_timeout = 250ms;

std::unique_ptr<redis::client> client_of(const config::settings& s, asio::io_context& io,
                                         std::function<void(std::string_view)> heard) {
    if (s.cache.ttl.count() == 0 || !s.cache.url) return nullptr;
    auto o = redis_options_of(*s.cache.url, answer_timeout);
    o.idle = 1s;  // sooner than a proxy or Redis itself would end a silent connection
    return std::make_unique<redis::client>(io, std::move(o), std::move(heard));
}

// Where other nodes may write, what this process keeps by itself is shown for a second at most. SQLite has one writer.
std::chrono::milliseconds near_ttl_of(const config::settings& s) {
    const bool alone = s.storage.url.starts_with("sqlite:");
    return alone ? s.cache.ttl : std::min<std::chrono::milliseconds>(s.cache.ttl, cache::levels::default_near_ttl);
}

}  // namespace

caching::caching(const config::settings& s, asio::io_context& io, storage::store& store, const domain::epoch& epoch,
                 const clock& time, metrics::registry& m)
    : store_(store),
      redis_(client_of(s, io, [this](std::string_view why_not) { heard_of_redis(why_not); })),
      near_(s.cache.ttl.count() == 0 ? nullptr : std::make_unique<cache::process_table>(time, s.cache.bytes)) {
    if (!near_) return;
    if (redis_) {
        cache::limits limits;
        limits.longest_life = s.cache.ttl + limits.lease_life;  // a load may still fill at the end of its lease
        far_ = std::make_unique<cache::redis_table>(*redis_, limits);
        levels_ = std::make_unique<cache::levels>(*near_, *far_, near_ttl_of(s), &cache::store_cache::is_shared);
    }
    texts_ = std::make_unique<cache::look_aside>(levels_ ? static_cast<cache::table&>(*levels_) : *near_, m);
    logs_ = std::make_unique<cache::log_parts>(s.cache.log_bytes);
    const cache::store_cache::parts parts{store.rooms(), store.log(), store.accounts(), store.contacts(), epoch, *texts_, *logs_};
    kept_ = std::make_unique<cache::store_cache>(parts, redis_ ? s.cache.ttl : near_ttl_of(s), m);
    export_figures(m);
}

void caching::heard_of_redis(std::string_view why_not) {
    if (!why_not.empty())
        return log::warn("the cache's Redis cannot be reached: everything is read from the database", {{"error", why_not}});
    log::info("the cache's Redis is there");
    far_->repay();
}

void caching::start() {
    if (redis_) redis_->start();
}

void caching::stop() {
    if (redis_) redis_->stop();
}

std::string caching::state() const {
    if (!near_) return "off";
    if (!redis_) return "process";
    return far_->is_asked() ? "ok" : "failing";
}

void caching::export_figures(metrics::registry& m) const {
    const auto* near = near_.get();
    m.add_gauge_from("madang_cache_bytes", "Memory of what this process keeps.",
                     [near] { return static_cast<double>(near->counted().bytes); });
    m.add_gauge_from("madang_cache_entries", "Texts and leases that this process keeps.",
                     [near] { return static_cast<double>(near->counted().entries); });
    m.add_counter_from("madang_cache_evictions_total", "Of them, those that made room for others.",
                       [near] { return static_cast<double>(near->counted().evictions); });
    const auto* logs = logs_.get();
    m.add_gauge_from("madang_cache_log_bytes", "Memory of the parts of rooms' logs that this process keeps.",
                     [logs] { return static_cast<double>(logs->counted().bytes); });
    m.add_counter_from("madang_cache_log_evictions_total", "Parts of rooms' logs that made room for others.",
                       [logs] { return static_cast<double>(logs->counted().evictions); });
    if (!far_) return;
    const auto* far = far_.get();
    const auto* client = redis_.get();
    m.add_counter_from("madang_cache_redis_hits_total", "Keys that Redis had.",
                       [far] { return static_cast<double>(far->counted().hits.load()); });
    m.add_counter_from("madang_cache_redis_misses_total", "Keys that Redis did not have.",
                       [far] { return static_cast<double>(far->counted().misses.load()); });
    m.add_counter_from("madang_cache_redis_drops_total", "Keys that Redis was told to forget.",
                       [far] { return static_cast<double>(far->counted().drops.load()); });
    m.add_counter_from("madang_cache_redis_failed_total", "Keys that Redis was asked for, or told to forget, without an answer.",
                       [far] { return static_cast<double>(far->counted().failed.load()); });
    m.add_counter_from("madang_cache_redis_commands_total", "Commands sent to the cache's Redis.",
                       [client] { return static_cast<double>(client->counted().commands.load()); });
}

}  // namespace madang::app

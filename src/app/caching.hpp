// The stores as the services see them: with a cache in front, in this process alone or together with a Redis, or without.
#pragma once

#include "madang/cache/levels.hpp"
#include "madang/cache/redis_table.hpp"
#include "madang/cache/store_cache.hpp"
#include "madang/config/settings.hpp"
#include "madang/storage/store.hpp"

#include <memory>
#include <string>

namespace madang::app {

class caching {
public:
    caching(const config::settings& s, asio::io_context& io, storage::store& store, const domain::epoch& epoch, const clock& time,
            metrics::registry& m);

    void start();
    void stop();

    [[nodiscard]] domain::room_store& rooms() noexcept { return kept_ ? kept_->rooms() : store_.rooms(); }
    [[nodiscard]] domain::room_log& log() noexcept { return kept_ ? kept_->log() : store_.log(); }
    [[nodiscard]] domain::account_store& accounts() noexcept { return kept_ ? kept_->accounts() : store_.accounts(); }
    [[nodiscard]] domain::contact_store& contacts() noexcept { return kept_ ? kept_->contacts() : store_.contacts(); }
    // Null without a cache.
    [[nodiscard]] cache::invalidation* changes() noexcept { return kept_ ? &kept_->changes() : nullptr; }
    // "ok"; "failing": Redis cannot be reached; "process": none is configured; "off".
    [[nodiscard]] std::string state() const;

private:
    void heard_of_redis(std::string_view why_not);
    void export_figures(metrics::registry& m) const;

    storage::store& store_;
    const std::unique_ptr<redis::client> redis_;        // null: no Redis
    const std::unique_ptr<cache::process_table> near_;  // null, and all that follows: no cache
    std::unique_ptr<cache::redis_table> far_;
    std::unique_ptr<cache::log_parts> logs_;
    std::unique_ptr<cache::levels> levels_;
    std::unique_ptr<cache::look_aside> texts_;
    std::unique_ptr<cache::store_cache> kept_;
};

}  // namespace madang::app

#include "madang/cache/store_cache.hpp"

#include "cached_accounts.hpp"
#include "cached_contacts.hpp"
#include "cached_log.hpp"
#include "cached_rooms.hpp"

namespace madang::cache {

struct store_cache::all {
    all(parts p, std::chrono::milliseconds ttl, metrics::registry& m)
        : kept(p.texts, p.epoch, ttl),
          users(kept, p.accounts),
          changes(kept, p.texts),
          logs(p.logs, p.rooms, m),
          rooms(kept, users, logs, p.rooms),
          log(changes, p.log),
          accounts(users, changes, p.accounts),
          contacts(kept, users, changes, p.contacts) {}

    const records kept;
    const people users;
    invalidation changes;
    const kept_log logs;
    cached_rooms rooms;
    cached_log log;
    cached_accounts accounts;
    cached_contacts contacts;
};

store_cache::store_cache(parts p, std::chrono::milliseconds ttl, metrics::registry& m) : all_(std::make_unique<all>(p, ttl, m)) {}
store_cache::~store_cache() = default;

bool store_cache::is_shared(std::string_view key) noexcept { return records::is_shared(key); }

domain::room_store& store_cache::rooms() noexcept { return all_->rooms; }
domain::room_log& store_cache::log() noexcept { return all_->log; }
domain::account_store& store_cache::accounts() noexcept { return all_->accounts; }
domain::contact_store& store_cache::contacts() noexcept { return all_->contacts; }
invalidation& store_cache::changes() noexcept { return all_->changes; }

}  // namespace madang::cache

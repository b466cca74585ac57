// The stores of the domain with a look-aside in front: what is read often is kept, and each write makes void what it concerns.
// Thread-safe; all parts outlive it, and it outlives the coroutines of its own.
#pragma once

#include "madang/cache/invalidation.hpp"
#include "madang/cache/log_parts.hpp"
#include "madang/cache/look_aside.hpp"
#include "madang/domain/epoch.hpp"
#include "madang/domain/ports/account_store.hpp"
#include "madang/domain/ports/contact_store.hpp"
#include "madang/domain/ports/room_log.hpp"
#include "madang/domain/ports/room_store.hpp"

#include <chrono>
#include <memory>
#include <string_view>

namespace madang::cache {

class store_cache {
public:
    struct parts {
        domain::room_store& rooms;
        domain::room_log& log;
        domain::account_store& accounts;
        domain::contact_store& contacts;
        const domain::epoch& epoch;
        look_aside& texts;
        log_parts& logs;
    };
    // `ttl`: for how long anything is shown at most.
    store_cache(parts p, std::chrono::milliseconds ttl, metrics::registry& m);
    ~store_cache();

    // Whether nodes share what is kept under this key: for the levels below.
    [[nodiscard]] static bool is_shared(std::string_view key) noexcept;

    [[nodiscard]] domain::room_store& rooms() noexcept;
    [[nodiscard]] domain::room_log& log() noexcept;
    [[nodiscard]] domain::account_store& accounts() noexcept;
    [[nodiscard]] domain::contact_store& contacts() noexcept;
    [[nodiscard]] invalidation& changes() noexcept;

private:
    struct all;
    const std::unique_ptr<all> all_;
};

}  // namespace madang::cache

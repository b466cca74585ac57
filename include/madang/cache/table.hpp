// A look-aside cache of texts by key, as those who load and those who change see it. It knows keys and texts, not what they mean.
//
// Reading: look(); on a miss load from where the truth is, and fill() with the lease that came with the miss, if one did.
// Changing: change the truth first, then drop(). A load that began before the drop has a lease that is void, so it cannot put
// back what it read ("Scaling Memcache at Facebook", NSDI 2013, 3.2.1).
//
// A table is a hint. It may forget anything at any moment, and what fails in it is a miss, never an error. Thread-safe.
#pragma once

#include "madang/base/async.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace madang::cache {

// Entitles to one fill of one key, unless it is dropped or the lease expires before. Random, so that no other node has the same.
enum class lease : std::uint64_t { none = 0 };

[[nodiscard]] lease new_lease();

// A hit: `text`. A miss with a lease: load and fill. A miss without one: load and do not fill, for somebody else is about to, or
// there is no cache.
struct found {
    std::optional<std::string> text;
    std::chrono::milliseconds left{0};  // of a hit: for how much longer it may be shown
    lease to_fill = lease::none;        // of a miss
};

// What all tables have.
struct limits {
    std::size_t longest_text = std::size_t{256} << 10;  // bytes; longer ones are not stored
    std::chrono::milliseconds lease_life{3000};         // then somebody else may load: who had it may have died
};

class table {
public:
    virtual ~table() = default;

    [[nodiscard]] task<found> look(std::string key) { return look_with(std::move(key), new_lease()); }
    // The same for who brings the lease that is to be given with a miss: a new one, never `none`.
    [[nodiscard]] virtual task<found> look_with(std::string key, lease offered) = 0;
    // A hit, if one can be told at once.
    [[nodiscard]] virtual std::optional<std::string> glance(std::string_view) { return std::nullopt; }

    // Stores the text if the lease is still there, to be shown for `ttl`. Does not wait.
    virtual void fill(std::string key, lease held, std::string text, std::chrono::milliseconds ttl) = 0;

    // Deletes values and leases. When it returns, no later look() here hits what was there, and no load that began before the
    // call can be stored. Or the cache is unavailable, and old values live as long as they were filled for.
    [[nodiscard]] virtual task<> drop(std::vector<std::string> keys) = 0;
};

}  // namespace madang::cache

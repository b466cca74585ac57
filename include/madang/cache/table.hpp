// A look-aside cache of texts by key, as those who load and those who change see it. It knows keys and texts, not what they mean.
//
// Reading: look_all(); what misses is loaded from where the truth is, and filled with the lease that came with the miss, if one
// did. Changing: change the truth first, then drop(). A load that began before the drop has a lease that is void, so it cannot
// put back what it read ("Scaling Memcache at Facebook", NSDI 2013, 3.2.1).
//
// A table is a hint. It may forget anything at any moment, and what fails in it is a miss, never an error. Thread-safe.
#pragma once

#include "madang/base/async.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
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
    std::chrono::milliseconds longest_life{60'000};     // more than any text is filled for, by any node
};

// What to do next; nothing, if empty.
using then = std::function<void()>;

class table {
public:
    virtual ~table() = default;

    // An answer for each key, in the order of the keys. `offered` is the lease that is given with misses: a new one, never
    // `none`; leases are compared key by key, so one is enough for all. Begins when it is awaited.
    [[nodiscard]] virtual task<std::vector<found>> look_all(std::vector<std::string> keys, lease offered) = 0;
    // A hit, if one can be told at once.
    [[nodiscard]] virtual std::optional<std::string> glance(std::string_view) { return std::nullopt; }

    // Stores the text if the lease is still there, to be shown for `ttl`. Does not wait.
    virtual void fill(std::string key, lease held, std::string text, std::chrono::milliseconds ttl) = 0;

    // Deletes values and leases, without waiting. A look on this node that begins after drop() has returned (in the sense of
    // happens-before, on any thread) does not hit what was there before the call, and no load that began before the call is
    // stored after it. `done` is called once, on any thread, when the same holds for all nodes that share the table; or when the
    // drop has failed, and then old values may live as long as they were filled for. It must not wait.
    virtual void drop(std::vector<std::string> keys, then done = {}) = 0;

    // Another node has changed the truth, and has dropped what nodes share: deletes what this process keeps by itself, values and
    // leases. To this node a promise as of drop().
    virtual void forget(std::span<const std::string>) {}
    // The same of all keys: changes of other nodes may not have been heard.
    virtual void clear() {}
};

}  // namespace madang::cache

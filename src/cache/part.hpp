// One part of a process_table: entries by key and by use, under one lock. Thread-safe.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/cache/process_table.hpp"

#include <list>
#include <mutex>
#include <unordered_map>

namespace madang::cache {

class part {
public:
    explicit part(std::size_t most_bytes) : most_(most_bytes) {}

    [[nodiscard]] found find(std::string_view key, lease offered, steady_time now, std::chrono::milliseconds lease_life);
    [[nodiscard]] std::optional<std::string> glance(std::string_view key, steady_time now);
    void fill(std::string_view key, lease held, std::string text, steady_time now, std::chrono::milliseconds ttl);
    void forget(std::string_view key);
    void clear();
    void add_to(process_table::figures& sum) const;

private:
    // A value, or a lease that somebody holds.
    struct entry {
        std::string key;
        std::string text;
        lease holder = lease::none;  // none: it is a value
        steady_time since;           // when the lease was given: what is filled with it may have been read right then
        steady_time until;
    };
    using entries = std::list<entry>;
    using place = std::unordered_map<std::string_view, entries::iterator>::iterator;

    // Under the lock.
    place live(std::string_view key, steady_time now);
    void touch(place at) { by_use_.splice(by_use_.begin(), by_use_, at->second); }
    void remove(place at);
    void make_room();
    static std::size_t size_of(const entry& e) noexcept;

    const std::size_t most_;
    mutable std::mutex lock_;
    entries by_use_;                                                  // the latest first
    std::unordered_map<std::string_view, entries::iterator> by_key_;  // views into the entries
    std::size_t bytes_ = 0;
    std::uint64_t hits_ = 0;
    std::uint64_t misses_ = 0;
    std::uint64_t evictions_ = 0;
};

}  // namespace madang::cache

#include "part.hpp"

namespace madang::cache {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

found part::find(std::string_view key, lease offered, steady_time now, milliseconds lease_life) {
    const std::lock_guard hold{lock_};
    if (const auto at = live(key, now); at != by_key_.end()) {
        const entry& e = *at->second;
        if (e.holder != lease::none) {
            ++misses_;
            return {};
        }
        ++hits_;
        touch(at);
        return {e.text, duration_cast<milliseconds>(e.until - now), lease::none};
    }
    ++misses_;
    by_use_.push_front({std::string{key}, {}, offered, now, now + lease_life});
    by_key_.emplace(by_use_.front().key, by_use_.begin());
    bytes_ += size_of(by_use_.front());
    make_room();
    return {std::nullopt, milliseconds{0}, offered};
}

std::optional<std::string> part::glance(std::string_view key, steady_time now) {
    const std::lock_guard hold{lock_};
    const auto at = live(key, now);
    if (at == by_key_.end() || at->second->holder != lease::none) return std::nullopt;
    ++hits_;
    touch(at);
    return at->second->text;
}

void part::fill(std::string_view key, lease held, std::string text, steady_time now, milliseconds ttl) {
    text.shrink_to_fit();  // or the bound would not count what a text really takes
    const std::lock_guard hold{lock_};
    const auto at = live(key, now);
    if (at == by_key_.end() || at->second->holder != held) return;
    entry& e = *at->second;
    bytes_ -= size_of(e);
    e.text = std::move(text);
    e.holder = lease::none;
    e.until = e.since + ttl;
    bytes_ += size_of(e);
    touch(at);
    make_room();
}

void part::forget(std::string_view key) {
    const std::lock_guard hold{lock_};
    if (const auto at = by_key_.find(key); at != by_key_.end()) remove(at);
}

void part::clear() {
    const std::lock_guard hold{lock_};
    by_key_.clear();
    by_use_.clear();
    bytes_ = 0;
}

void part::add_to(process_table::figures& sum) const {
    const std::lock_guard hold{lock_};
    sum.hits += hits_;
    sum.misses += misses_;
    sum.evictions += evictions_;
    sum.entries += by_key_.size();
    sum.bytes += bytes_;
}

// What has expired is gone.
part::place part::live(std::string_view key, steady_time now) {
    const auto at = by_key_.find(key);
    if (at == by_key_.end() || now < at->second->until) return at;
    remove(at);
    return by_key_.end();
}

void part::remove(place at) {
    const auto e = at->second;
    bytes_ -= size_of(*e);
    by_key_.erase(at);
    by_use_.erase(e);
}

// Also the entry that has just come, if it is larger than the whole part.
void part::make_room() {
    while (bytes_ > most_) {
        ++evictions_;
        remove(by_key_.find(by_use_.back().key));
    }
}

std::size_t part::size_of(const entry& e) noexcept {
    // The nodes of the list and of the hash table with its bucket, and what malloc adds to each of four blocks.
    constexpr std::size_t list_node = sizeof(entry) + 2 * sizeof(void*);
    constexpr std::size_t hash_node = sizeof(std::pair<std::string_view, entries::iterator>) + 4 * sizeof(void*);
    constexpr std::size_t malloc_adds = 4 * 16;
    return e.key.capacity() + e.text.capacity() + list_node + hash_node + malloc_adds;
}

}  // namespace madang::cache

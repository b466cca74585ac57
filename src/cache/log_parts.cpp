#include "madang/cache/log_parts.hpp"

#include <functional>
#include <utility>

namespace madang::cache {

std::size_t log_parts::hash::operator()(const place& p) const noexcept {
    // 2^64 divided by the golden ratio: neighbours lie apart (Knuth, "The Art of Computer Programming", 6.4).
    constexpr std::uint64_t spread = 0x9E3779B97F4A7C15;
    auto n = static_cast<std::uint64_t>(p.room.value) * spread;
    n = (n ^ static_cast<std::uint64_t>(p.number)) * spread;
    return static_cast<std::size_t>(n ^ (n >> 32));
}

log_part_ptr log_parts::find(const place& at) {
    slice& s = slice_of(at);
    const std::lock_guard hold{s.lock};
    const auto there = s.by_place.find(at);
    if (there == s.by_place.end()) return nullptr;
    s.by_use.splice(s.by_use.begin(), s.by_use, there->second);
    return there->second->what;
}

void log_parts::put(const place& at, log_part_ptr what) {
    // The entry, its node of the list and of the hash table with its bucket, and what malloc adds to each block.
    constexpr std::size_t bookkeeping = sizeof(entry) + sizeof(log_part) + sizeof(place) + 10 * sizeof(void*) + 6 * 16;
    const auto bytes = what->log.bytes() + bookkeeping;
    slice& s = slice_of(at);
    const std::lock_guard hold{s.lock};
    if (const auto there = s.by_place.find(at); there != s.by_place.end()) s.remove(there->second);
    s.by_use.push_front({at, std::move(what), bytes});
    s.by_place.emplace(at, s.by_use.begin());
    s.bytes += bytes;
    for (; s.bytes > most_; ++s.evictions) s.remove(std::prev(s.by_use.end()));
}

log_parts::figures log_parts::counted() const {
    figures sum;
    for (const auto& s : slices_) {
        const std::lock_guard hold{s.lock};
        sum.evictions += s.evictions;
        sum.parts += s.by_place.size();
        sum.bytes += s.bytes;
    }
    return sum;
}

void log_parts::slice::remove(std::list<entry>::iterator e) {
    bytes -= e->bytes;
    by_place.erase(e->at);
    by_use.erase(e);
}

}  // namespace madang::cache

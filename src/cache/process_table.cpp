#include "madang/cache/process_table.hpp"

#include "part.hpp"

#include <functional>

namespace madang::cache {

process_table::process_table(const clock& time, std::size_t most_bytes, limits l) : time_(time), limits_(l) {
    for (auto& p : parts_) p = std::make_unique<part>(most_bytes / part_count);
}
process_table::~process_table() = default;

task<std::vector<found>> process_table::look_all(std::vector<std::string> keys, lease offered) {
    std::vector<found> all;
    all.reserve(keys.size());
    for (const auto& key : keys) all.push_back(find(key, offered));
    co_return all;
}

void process_table::drop(std::vector<std::string> keys, then done) {
    forget(keys);
    if (done) done();
}

found process_table::find(std::string_view key, lease offered) {
    return part_of(key).find(key, offered, time_.steady_now(), limits_.lease_life);
}

std::optional<std::string> process_table::glance(std::string_view key) { return part_of(key).glance(key, time_.steady_now()); }

void process_table::fill(std::string key, lease held, std::string text, std::chrono::milliseconds ttl) {
    if (held == lease::none || text.size() > limits_.longest_text || ttl.count() <= 0) return;
    part_of(key).fill(key, held, std::move(text), time_.steady_now(), ttl);
}

void process_table::forget(std::span<const std::string> keys) {
    for (const auto& key : keys) part_of(key).forget(key);
}

void process_table::clear() {
    for (const auto& p : parts_) p->clear();
}

process_table::figures process_table::counted() const {
    figures sum;
    for (const auto& p : parts_) p->add_to(sum);
    return sum;
}

// By the upper bits: the lower ones choose the bucket inside the part.
part& process_table::part_of(std::string_view key) const {
    constexpr auto shift = sizeof(std::size_t) * 8 - 4;
    static_assert(part_count == 1U << 4);
    return *parts_[std::hash<std::string_view>{}(key) >> shift];
}

}  // namespace madang::cache

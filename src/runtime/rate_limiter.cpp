#include "madang/runtime/rate_limiter.hpp"

#include <algorithm>

namespace madang::runtime {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

}  // namespace

rate_limiter::rate_limiter(rate r, std::size_t most_keys) : rate_(r), most_in_part_(most_keys / 16 + 1) {
    if (rate_.count <= 0) return;
    each_ = nanoseconds{static_cast<std::int64_t>(static_cast<double>(nanoseconds{rate_.per}.count()) / rate_.count)};
    whole_ = nanoseconds{static_cast<std::int64_t>(static_cast<double>(each_.count()) * std::max(rate_.burst, 1.0))};
}

rate_limiter::verdict rate_limiter::take(std::int64_t key, steady_time now) {
    return take(std::string_view(reinterpret_cast<const char*>(&key), sizeof key), now);
}

rate_limiter::verdict rate_limiter::judge(std::string_view key, steady_time now, bool take) {
    if (rate_.count <= 0) return {};
    const std::uint64_t hash = std::hash<std::string_view>{}(key);
    part& p = part_of(hash);
    const std::lock_guard hold{p.lock};

    auto at = p.due.find(hash);
    if (at != p.due.end() && at->second <= now) at->second = now;
    const steady_time due = at == p.due.end() ? now : at->second;
    const nanoseconds owed = due - now;
    if (owed + each_ > whole_) {
        const auto wait = duration_cast<milliseconds>(owed + each_ - whole_) + milliseconds{1};
        return {false, wait, 0};
    }
    const auto left = (whole_ - owed) / each_;
    if (!take) return {true, {}, left};
    if (at == p.due.end()) {
        if (p.due.size() >= most_in_part_) std::erase_if(p.due, [&](const auto& entry) { return entry.second <= now; });
        if (p.due.size() >= most_in_part_) return {true, {}, left};
        at = p.due.emplace(hash, now).first;
    }
    at->second = due + each_;
    return {true, {}, left - 1};
}

void rate_limiter::give_back(std::string_view key) {
    const std::uint64_t hash = std::hash<std::string_view>{}(key);
    part& p = part_of(hash);
    const std::lock_guard hold{p.lock};
    if (const auto at = p.due.find(hash); at != p.due.end()) at->second -= each_;
}

void rate_limiter::forget(std::string_view key) {
    const std::uint64_t hash = std::hash<std::string_view>{}(key);
    part& p = part_of(hash);
    const std::lock_guard hold{p.lock};
    p.due.erase(hash);
}

}  // namespace madang::runtime

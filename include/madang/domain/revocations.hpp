// The sessions that ended lately: asked on every request, because an access token outlives its session by up to its own lifetime.
// Thread-safe. Bounded by time: an entry is forgotten when no token of its session can still be valid.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"

#include <chrono>
#include <shared_mutex>
#include <span>
#include <unordered_map>
#include <vector>

namespace madang::domain {

class revocations {
public:
    // `keep`: an access token's lifetime and a margin.
    explicit revocations(std::chrono::milliseconds keep) : keep_(keep) {}

    [[nodiscard]] bool ended(session_id session) const;
    // Answers those that were not known yet.
    std::vector<session_id> add(std::span<const session_id> sessions, timestamp now);

private:
    const std::chrono::milliseconds keep_;
    mutable std::shared_mutex lock_;
    std::unordered_map<session_id, timestamp> ended_;
    timestamp swept_{};
};

}  // namespace madang::domain

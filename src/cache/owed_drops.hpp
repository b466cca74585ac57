// Drops that Redis has not carried out, because it was away or refused: what it still has of those keys is void, and this node
// does not ask it before they have been repeated. Thread-safe.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/runtime/back_off.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace madang::cache {

class owed_drops {
public:
    static constexpr std::size_t most = 10'000;

    // Beyond `most` keys all are forgotten, and Redis is not asked until what it has has expired: after `longest_life`.
    explicit owed_drops(std::chrono::milliseconds longest_life) : longest_life_(longest_life) {}

    [[nodiscard]] bool any() const noexcept { return any_.load(); }
    // Grows with each owe(): an answer that was under way meanwhile may be of before it.
    [[nodiscard]] std::uint64_t times() const noexcept { return times_.load(); }

    void owe(const std::vector<std::string>& keys);

    // What to repeat now; nothing while somebody is at it, or while there is nothing but to wait. Then repaid().
    [[nodiscard]] std::vector<std::string> take();
    void repaid(bool done, const std::vector<std::string>& keys);
    // They were repeated in vain a moment ago: not again before the pause is over, unless there is another connection.
    [[nodiscard]] bool waits() const;
    // Redis answers, and refuses: true for the first time since all was repaid, for the log.
    [[nodiscard]] bool is_first_refusal() noexcept { return !refused_.exchange(true); }

private:
    void look_again();

    const std::chrono::milliseconds longest_life_;
    mutable std::mutex lock_;
    std::set<std::string> keys_;
    bool repaying_ = false;
    runtime::back_off pauses_{std::chrono::milliseconds{100}, std::chrono::milliseconds{5000}};  // between failures
    steady_time pause_until_{};
    steady_time wait_until_{};
    std::atomic<bool> any_{false};
    std::atomic<bool> refused_{false};
    std::atomic<std::uint64_t> times_{0};
};

}  // namespace madang::cache

// Keyed rates (users, addresses): the generic cell rate algorithm, one time stamp a key.
// Thread-safe. Bounded: keys whose allowance is whole again are forgotten; when `most_keys` others are left, new keys pass
// unlimited and are counted, for locking everybody out would serve an attacker.
#pragma once

#include "madang/base/clock.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <unordered_map>

namespace madang::runtime {

class rate_limiter {
public:
    struct rate {
        double count = 0;                     // how many...
        std::chrono::milliseconds per{1000};  // ...in this time; a count of 0 switches the limit off
        double burst = 0;                     // how many at once
    };
    struct verdict {
        bool allowed = true;
        std::chrono::milliseconds retry_after{0};  // when refused
        std::int64_t remaining = 0;                // how many could follow at once
    };

    explicit rate_limiter(rate r, std::size_t most_keys = 200'000);

    [[nodiscard]] const rate& limit() const noexcept { return rate_; }
    // Takes one if there is one.
    verdict take(std::string_view key, steady_time now) { return judge(key, now, true); }
    verdict take(std::int64_t key, steady_time now);
    // Looks without taking.
    [[nodiscard]] verdict look(std::string_view key, steady_time now) { return judge(key, now, false); }
    // Gives back one that was taken.
    void give_back(std::string_view key);
    // Gives the whole allowance back.
    void forget(std::string_view key);

private:
    struct part {
        std::mutex lock;
        std::unordered_map<std::uint64_t, steady_time> due;  // when the allowance will be whole again
    };

    verdict judge(std::string_view key, steady_time now, bool take);
    part& part_of(std::uint64_t hash) { return parts_[hash % parts_.size()]; }

    const rate rate_;
    const std::size_t most_in_part_;
    std::chrono::nanoseconds each_{0};   // one takes this long to come back
    std::chrono::nanoseconds whole_{0};  // all of them
    std::array<part, 16> parts_;
};

}  // namespace madang::runtime

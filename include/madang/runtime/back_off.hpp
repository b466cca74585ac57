// Pauses between tries that fail in a row: they double from the first to the longest, and each is drawn between half of that and
// all of it, so that those who failed together do not come back together. Not thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace madang::runtime {

class back_off {
public:
    back_off(std::chrono::milliseconds first, std::chrono::milliseconds longest, unsigned seed = std::random_device{}())
        : first_(first), longest_(longest), dice_(seed) {}

    void fails() { doublings_ = std::min(doublings_ + 1, most_doublings); }
    void works() noexcept { doublings_ = -1; }
    [[nodiscard]] bool is_failing() const noexcept { return doublings_ >= 0; }

    // After so many failures; at least one.
    [[nodiscard]] std::chrono::milliseconds pause() {
        const auto whole = std::min(longest_, first_ * (1 << std::max(doublings_, 0))).count();
        return std::chrono::milliseconds{std::uniform_int_distribution{whole / 2, whole}(dice_)};
    }

private:
    static constexpr int most_doublings = 16;

    const std::chrono::milliseconds first_;
    const std::chrono::milliseconds longest_;
    int doublings_ = -1;
    std::minstd_rand dice_;
};

}  // namespace madang::runtime

// How each channel is heard. After an interruption other nodes may come back to the bus later than we: what they say until then
// is lost, and there is no earlier number of theirs to notice it by. So what is heard again is trusted a while later. Not
// thread-safe.
#pragma once

#include "madang/base/async.hpp"
#include "madang/bus/transport.hpp"

#include <chrono>
#include <utility>
#include <vector>

namespace madang::bus {

class lines {
public:
    explicit lines(std::size_t channels) : lines_(channels) {}

    void heard(channel c, steady_time now) {
        lines_[c].heard = true;
        if (std::exchange(lines_[c].interrupted, false)) lines_[c].trusted_from = now + others_come_back;
    }
    void lost(channel c) {
        lines_[c].heard = false;
        lines_[c].interrupted = true;
    }
    void forget(channel c) { lines_[c] = {}; }

    [[nodiscard]] bool is_heard(channel c) const { return lines_[c].heard; }
    [[nodiscard]] bool is_trusted(channel c, steady_time now) const { return lines_[c].heard && now >= lines_[c].trusted_from; }

private:
    // Longer than another node's connection waits before it tries again, and tries.
    static constexpr std::chrono::seconds others_come_back{10};

    struct line {
        bool heard = false;
        bool interrupted = false;  // lost, and not heard again since
        steady_time trusted_from{};
    };
    std::vector<line> lines_;
};

}  // namespace madang::bus

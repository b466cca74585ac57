// Notices that notes were lost, by their numbers. Not thread-safe.
#pragma once

#include "madang/bus/transport.hpp"

#include <cstdint>
#include <unordered_map>

namespace madang::bus {

class losses {
public:
    // More than this many nodes on a channel, and one of them is forgotten: what was lost just then is found by the head check.
    static constexpr std::size_t most_nodes = 256;

    // Whether something that this node said before, on this channel, was not heard. A node that speaks for the first time has
    // said nothing before: whoever subscribes looks at the database afterwards anyway. A pulse repeats the number of something:
    // who has not heard that number has lost it, unless it is older than the subscription, which nobody knows.
    enum class lost { nothing, perhaps, something };
    [[nodiscard]] lost hear(channel c, std::uint64_t node, std::uint64_t number, bool is_pulse = false);
    // It was not listened to for a while.
    void forget(channel c) { channels_.erase(c); }

private:
    std::unordered_map<channel, std::unordered_map<std::uint64_t, std::uint64_t>> channels_;
};

}  // namespace madang::bus

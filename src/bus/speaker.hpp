// Numbers what this node says on each channel, and repeats the last number for a while, so that who lost the last one notices:
// twice after the transport has taken it. Not thread-safe.
#pragma once

#include "madang/bus/transport.hpp"
#include "madang/domain/epoch.hpp"
#include "note.hpp"

#include <vector>

namespace madang::bus {

class speaker {
public:
    // `channels`: all of them. `node`: random, for this start of this node.
    speaker(transport& to, const domain::epoch& epoch, std::uint64_t node, std::size_t channels)
        : to_(to), epoch_(epoch), node_(node), said_(channels) {}

    void say(channel c, subject about, std::string_view body);
    // Call it at even intervals: channels that were spoken on in the last two get a pulse.
    void pulse();
    // The transport has not taken something, a pulse perhaps: those after it do not count.
    void unsaid(channel c) { said_[c].pulses_due = pulses; }

    [[nodiscard]] std::uint64_t node() const noexcept { return node_; }

private:
    static constexpr int pulses = 2;
    struct spoken {
        std::uint64_t last = 0;
        int pulses_due = 0;
    };
    void send(channel c, subject about, std::string_view body);

    transport& to_;
    const domain::epoch& epoch_;
    const std::uint64_t node_;
    std::vector<spoken> said_;
};

}  // namespace madang::bus

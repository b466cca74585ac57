#include "losses.hpp"

namespace madang::bus {

bool losses::hear(channel c, std::uint64_t node, std::uint64_t number) {
    auto& nodes = channels_[c];
    const auto at = nodes.find(node);
    if (at == nodes.end()) {
        if (nodes.size() >= most_nodes) nodes.clear();
        nodes.emplace(node, number);
        return false;
    }
    // A pulse repeats the last number; something older was overtaken.
    const bool lost = number > at->second + 1;
    if (number > at->second) at->second = number;
    return lost;
}

}  // namespace madang::bus

#include "losses.hpp"

namespace madang::bus {

losses::lost losses::hear(channel c, std::uint64_t node, std::uint64_t number, bool is_pulse) {
    auto& nodes = channels_[c];
    const auto at = nodes.find(node);
    if (at == nodes.end()) {
        if (nodes.size() >= most_nodes) nodes.erase(nodes.begin());
        nodes.emplace(node, number);
        return is_pulse ? lost::perhaps : lost::nothing;
    }
    // Something older was overtaken.
    const bool passed_over = number > at->second + (is_pulse ? 0 : 1);
    if (number > at->second) at->second = number;
    return passed_over ? lost::something : lost::nothing;
}

}  // namespace madang::bus

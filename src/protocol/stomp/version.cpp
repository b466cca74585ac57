#include "madang/protocol/stomp/version.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace madang::stomp {
namespace {

struct version_names {
    std::string_view number;
    std::string_view subprotocol;
};

// In the order of the enumeration.
constexpr std::array<version_names, 3> known{{{"1.0", "v10.stomp"}, {"1.1", "v11.stomp"}, {"1.2", "v12.stomp"}}};

std::string_view without_blanks(std::string_view s) noexcept {
    const auto first = s.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

// The highest version whose name stands in a list between commas.
std::optional<version> highest(std::string_view list, std::string_view version_names::*name) noexcept {
    std::optional<version> best;
    while (!list.empty()) {
        const auto comma = std::min(list.find(','), list.size());
        const auto item = without_blanks(list.substr(0, comma));
        list.remove_prefix(std::min(comma + 1, list.size()));
        for (std::size_t i = 0; i < known.size(); ++i)
            if (known[i].*name == item) best = std::max(best, std::optional{static_cast<version>(i)});
    }
    return best;
}

}  // namespace

std::string_view to_string(version v) noexcept { return known[static_cast<std::size_t>(v)].number; }

std::string_view subprotocol(version v) noexcept { return known[static_cast<std::size_t>(v)].subprotocol; }

std::optional<version> negotiate(std::optional<std::string_view> accept_version) noexcept {
    return accept_version ? highest(*accept_version, &version_names::number) : version::v10;
}

std::optional<version> choose_subprotocol(std::string_view offered) noexcept {
    return highest(offered, &version_names::subprotocol);
}

}  // namespace madang::stomp

// Commits as they travel between nodes: the event as the wire shows it, with what only nodes need to know around it.
// Fields are only added: two releases share a bus while one replaces the other.
#pragma once

#include "madang/domain/event.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace madang::bus {

[[nodiscard]] std::string encode(std::span<const domain::commit> commits);

// What this release does not understand is left out: its readers find out by the seq, as of anything else that was lost.
[[nodiscard]] std::vector<domain::commit> decode_commits(std::string_view text);

}  // namespace madang::bus

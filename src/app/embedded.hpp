// Files that are part of the binary (scripts/embed.mjs): "assets/static/…", "assets/templates/…", "migrations/sqlite/…".
#pragma once

#include <string_view>
#include <vector>

namespace madang::app {

struct embedded_file {
    std::string_view name;
    std::string_view bytes;
};

[[nodiscard]] std::vector<embedded_file> embedded_files();

}  // namespace madang::app

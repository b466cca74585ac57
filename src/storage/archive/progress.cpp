#include "archive/progress.hpp"

#include <fmt/format.h>

#include <charconv>

namespace madang::storage::archive {

std::string to_text(const progress& p) { return fmt::format("{} {}", p.lines, p.identity); }

progress progress_from(std::string_view text) {
    progress p;
    const auto blank = std::min(text.find(' '), text.size());
    std::from_chars(text.data(), text.data() + blank, p.lines);
    p.identity = text.substr(std::min(blank + 1, text.size()));
    return p;
}

void refuse_unfinished(const std::optional<std::string>& progress) {
    if (!progress) return;
    throw storage_error(fmt::format(
        "an import into this database is unfinished (lines taken: {}): run madang import (or restore) again with the same "
        "file, or begin anew with madang restore --replace",
        progress_from(*progress).lines));
}

}  // namespace madang::storage::archive

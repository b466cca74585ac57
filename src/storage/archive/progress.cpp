#include "archive/progress.hpp"

#include <fmt/format.h>

#include <charconv>

namespace madang::storage::archive {

namespace {

constexpr std::string_view restoring = "restoring";

}  // namespace

std::string to_text(const progress& p) {
    return fmt::format("{} {}{}{}", p.lines, p.identity, p.restores ? " " : "", p.restores ? restoring : "");
}

progress progress_from(std::string_view text) {
    progress p;
    const auto word = [&text] {
        const auto blank = std::min(text.find(' '), text.size());
        const auto found = text.substr(0, blank);
        text.remove_prefix(std::min(blank + 1, text.size()));
        return found;
    };
    const auto lines = word();
    std::from_chars(lines.data(), lines.data() + lines.size(), p.lines);
    p.identity = word();
    p.restores = word() == restoring;
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

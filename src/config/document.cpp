// What the table says about itself: the documented file, the effective values, the help.
#include "madang/config/load.hpp"

#include "table.hpp"

#include <fmt/format.h>

namespace madang::config {
namespace {

constexpr std::string_view preface =
    R"(# Madang's configuration. Every key is here with its default; to change one, remove the # before it.
# Made from the table of keys in src/config/table.cpp; a unit test compares them.
#
# Later sources win: default, this file, environment (MADANG_STORAGE_URL for storage.url; lists separated by
# commas), flags. Secrets are no flags; MADANG_STORAGE_URL_FILE names a file that holds the value.
# Sizes: "64KiB", "1MiB" or a number of bytes. Durations: "500ms", "30s", "5m", "2h", "14d" or a number of seconds.
)";

constexpr std::size_t width = 110;

// Comment lines of at most `width` characters.
std::string comment(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        auto end = text.size();
        if (end > width) {
            end = text.rfind(' ', width);
            if (end == std::string_view::npos) end = text.find(' ');
        }
        out += fmt::format("# {}\n", text.substr(0, end));
        text.remove_prefix(std::min(end, text.size()));
        if (text.starts_with(' ')) text.remove_prefix(1);
    }
    return out;
}

std::string entry(const key& k) {
    const auto kind = k.range.empty() ? k.type : fmt::format("{}, {}", k.type, k.range);
    return fmt::format("\n{}#{} = {}\n", comment(fmt::format("{} ({})", k.meaning, kind)), k.leaf(), k.literal);
}

std::string masked_text(std::string_view literal) {
    return fmt::format("\"{}\"", masked_url(literal.substr(1, literal.size() - 2)));
}

// A secret that is no URL is masked as a whole by masked_url(). The URLs of a list hold neither quotes nor spaces.
std::string masked_literal(const key& k, settings& from) {
    auto literal = k.show(from);
    if (!k.secret) return literal;
    if (!literal.starts_with('[')) return masked_text(literal);
    std::vector<std::string> items;
    for (std::string_view rest = std::string_view(literal).substr(1, literal.size() - 2); !rest.empty();) {
        const auto end = std::min(rest.find(", "), rest.size());
        items.push_back(masked_text(rest.substr(0, end)));
        rest.remove_prefix(std::min(end + 2, rest.size()));
    }
    return fmt::format("[{}]", fmt::join(items, ", "));
}

}  // namespace

std::string documented_file() {
    std::string out(preface);
    for (const section& s : sections()) {
        out += fmt::format("\n{}[{}]\n", comment(s.meaning), s.name);
        for (const key& k : table())
            if (k.section() == s.name) out += entry(k);
    }
    return out;
}

std::string effective(settings from, bool masked) {
    std::string out;
    for (const section& s : sections()) {
        out += fmt::format("{}[{}]\n", out.empty() ? "" : "\n", s.name);
        for (const key& k : table())
            if (k.section() == s.name) out += fmt::format("{} = {}\n", k.leaf(), masked ? masked_literal(k, from) : k.show(from));
    }
    return out;
}

std::vector<key_help> keys() {
    std::vector<key_help> all;
    for (const key& k : table()) all.push_back({k.name, k.variable(), k.type, k.range, k.fallback, k.meaning, k.secret});
    return all;
}

}  // namespace madang::config

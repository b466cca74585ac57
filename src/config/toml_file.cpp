// The only file that knows toml++.
#include "loader.hpp"
#include "parse.hpp"
#include "table.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>

namespace madang::config {
namespace {

constexpr std::size_t largest_file = 1 << 20;

raw_value raw_list(const toml::array& items) {
    raw_value raw{.is = raw_value::shape::list, .text = {}, .items = {}};
    for (const auto& item : items) {
        const auto* text = item.as_string();
        if (text == nullptr) return {.is = raw_value::shape::other, .text = {}, .items = {}};
        raw.items.push_back(text->get());
    }
    return raw;
}

raw_value raw_of(const toml::node& node) {
    using shape = raw_value::shape;
    if (const auto* text = node.as_string()) return {.is = shape::text, .text = text->get(), .items = {}};
    if (const auto* number = node.as_integer()) return {.is = shape::integer, .text = std::to_string(number->get()), .items = {}};
    if (const auto* number = node.as_floating_point())
        return {.is = shape::real, .text = fmt::format("{:.6f}", number->get()), .items = {}};
    if (const auto* yes = node.as_boolean()) return {.is = shape::boolean, .text = yes->get() ? "true" : "false", .items = {}};
    if (const auto* items = node.as_array()) return raw_list(*items);
    return {.is = shape::other, .text = {}, .items = {}};
}

std::string at(const std::string& path, const toml::source_region& region) {
    return fmt::format("{}:{}", path, region.begin.line);
}

void load_section(loader& into, const std::string& path, const std::string& name, const toml::table& values) {
    for (const auto& [leaf, node] : values) {
        const auto full = fmt::format("{}.{}", name, leaf.str());
        const auto where = at(path, leaf.source());
        if (const key* k = find_key(full))
            into.assign(*k, raw_of(node), where);
        else
            into.complain(where, full, "unknown key" + suggestion(full, key_names()));
    }
}

bool is_section(std::string_view name) {
    return std::any_of(sections().begin(), sections().end(), [name](const section& s) { return s.name == name; });
}

std::vector<std::string> section_names() {
    std::vector<std::string> names;
    for (const section& s : sections()) names.emplace_back(s.name);
    return names;
}

void load_tables(loader& into, const std::string& path, const toml::table& root) {
    for (const auto& [name, node] : root) {
        const auto where = at(path, name.source());
        const std::string text(name.str());
        if (!is_section(text))
            into.complain(where, text, (node.is_table() ? "unknown section" : "unknown key") + suggestion(text, section_names()));
        else if (const auto* values = node.as_table())
            load_section(into, path, text, *values);
        else
            into.complain(where, text, fmt::format("is a section: write [{}]", text));
    }
}

}  // namespace

void load_file(loader& into, const std::string& path) {
    const auto text = read_small_file(path, largest_file);
    if (!text) {
        into.complain(path, "", "cannot be read, or is larger than 1 MiB");
        return;
    }
    try {
        load_tables(into, path, toml::parse(*text, path));
    } catch (const toml::parse_error& e) {
        // toml++ stops at its first error in syntax.
        into.complain(at(path, e.source()), "", std::string(e.description()));
    }
}

}  // namespace madang::config

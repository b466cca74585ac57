#include "loader.hpp"
#include "parse.hpp"
#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace madang::config {
namespace {

constexpr std::string_view prefix = "MADANG_";
constexpr std::string_view file_suffix = "_FILE";
constexpr std::size_t largest_secret = 64 << 10;

// Ours, but no keys: where the configuration is, and what scripts and tests use.
constexpr std::array<std::string_view, 3> not_keys{"MADANG_CONFIG", "MADANG_BIN", "MADANG_ASSETS_DIR"};

// Kubernetes puts MADANG_SERVICE_HOST, MADANG_PORT_8080_TCP_ADDR and the like into every pod beside a service named
// "madang" or "madang-something" ("Accessing the Service", environment variables). No key of ours looks like these.
bool is_service_link(std::string_view name) {
    name.remove_prefix(prefix.size() - 1);
    if (name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT") || name.ends_with("_PORT")) return true;
    if (name.find("_SERVICE_PORT_") != std::string_view::npos) return true;
    const auto port = name.find("_PORT_");
    return port != std::string_view::npos && port + 6 < name.size() &&
           std::isdigit(static_cast<unsigned char>(name[port + 6])) != 0;
}

const key* find_variable(std::string_view name) {
    const auto keys = table();
    const auto found = std::find_if(keys.begin(), keys.end(), [name](const key& k) { return k.variable() == name; });
    return found == keys.end() ? nullptr : &*found;
}

std::vector<std::string> variable_names() {
    std::vector<std::string> names;
    for (const key& k : table()) names.push_back(k.variable());
    return names;
}

void load_secret_file(loader& into, const key& k, const std::string& name, const std::string& path) {
    const auto text = read_small_file(path, largest_secret);
    if (!text)
        into.complain(name, k.name, fmt::format("cannot read {}", quoted(path)));
    else  // editors and `kubectl create secret` leave a line feed behind
        into.assign(k, {.text = std::string(trimmed(*text)), .items = {}}, name);
}

void load_variable(loader& into, const environment& all, const std::string& name, const std::string& value) {
    if (const key* k = find_variable(name)) {
        into.assign(*k, {.text = value, .items = {}}, name);
        return;
    }
    if (name.ends_with(file_suffix)) {
        const auto plain = name.substr(0, name.size() - file_suffix.size());
        if (const key* k = find_variable(plain)) {
            if (!k->secret)
                into.complain(name, k->name, "is no secret: only secrets are read from a file of their own");
            else if (all.contains(plain))
                into.complain(name, k->name, fmt::format("is given twice, {} is set too", plain));
            else
                load_secret_file(into, *k, name, value);
            return;
        }
    }
    into.complain(name, "", "unknown variable" + suggestion(name, variable_names()));
}

}  // namespace

environment environment_of(const char* const* variables) {
    environment all;
    for (; variables != nullptr && *variables != nullptr; ++variables) {
        const std::string_view line = *variables;
        const auto equals = line.find('=');
        if (equals != std::string_view::npos) all.emplace(line.substr(0, equals), line.substr(equals + 1));
    }
    return all;
}

void load_environment(loader& into, const environment& variables) {
    for (const auto& [name, value] : variables) {
        if (!name.starts_with(prefix) || is_service_link(name)) continue;
        if (std::find(not_keys.begin(), not_keys.end(), name) != not_keys.end()) continue;
        load_variable(into, variables, name, value);
    }
}

}  // namespace madang::config

#include "madang/config/load.hpp"

#include "loader.hpp"
#include "parse.hpp"
#include "table.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace madang::config {

boost::system::result<settings, problems> load(const sources& from) {
    loader all;
    auto file = from.file;
    if (!file)
        if (const auto named = from.variables.find("MADANG_CONFIG"); named != from.variables.end() && !named->second.empty())
            file = named->second;
    if (file) load_file(all, *file);
    load_environment(all, from.variables);
    load_overrides(all, from.overrides);
    check_together(all);
    return all.finish();
}

settings defaults() {
    settings s;
    for (const key& k : table())
        if (auto wrong = k.assign(s, {.text = k.fallback, .items = {}}))
            throw std::logic_error(fmt::format("the default of {} {}", k.name, *wrong));
    return s;
}

void load_overrides(loader& into, const std::vector<std::string>& overrides) {
    for (const auto& text : overrides) {
        const auto equals = text.find('=');
        const auto name = std::string(trimmed(std::string_view(text).substr(0, equals)));
        const auto where = "--" + name;
        const key* k = find_key(name);
        if (k == nullptr)
            into.complain(where, name, "unknown key" + suggestion(name, key_names()));
        else if (equals == std::string::npos)
            into.complain(where, name, "must be given as key=value");
        else if (k->secret)  // a command line is read by every process of the machine
            into.complain(where, name, fmt::format("is a secret and never a flag: use {0} or {0}_FILE", k->variable()));
        else
            into.assign(*k, {.text = text.substr(equals + 1), .items = {}}, where);
    }
}

std::string problems::text() const {
    std::string out;
    for (const auto& p : list) {
        out += p.where + ": ";
        if (!p.key.empty()) out += p.key + ": ";
        out += p.what + "\n";
    }
    return out;
}

void throw_exception_from_error(const problems& p, const boost::source_location&) { throw std::runtime_error(p.text()); }

}  // namespace madang::config

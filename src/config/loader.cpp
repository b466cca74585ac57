#include "loader.hpp"

#include "parse.hpp"
#include "table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <numeric>

namespace madang::config {
namespace {

// A bad value is shown to the one who wrote it, unless it is a secret; cut, for it may be anything.
std::string shown(const key& k, const raw_value& value) {
    if (k.secret || value.is == raw_value::shape::list || value.is == raw_value::shape::other) return {};
    return fmt::format(", not {}", quoted(value.text.substr(0, 80)));
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        std::size_t diagonal = row[0]++;
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::size_t change = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

}  // namespace

loader::loader() : values_(defaults()) {}

void loader::assign(const key& k, const raw_value& value, const std::string& where) {
    if (auto must = k.assign(values_, value)) {
        complain(where, k.name, *must + shown(k, value));
        return;
    }
    origins_[k.name] = where;
}

void loader::complain(std::string where, std::string key, std::string what) {
    broken_.insert(key);
    wrong_.list.push_back({std::move(where), std::move(key), std::move(what)});
}

void loader::complain_together(std::initializer_list<std::string_view> keys, std::string what) {
    for (const auto name : keys)
        if (broken_.contains(name)) return;
    const auto* first = keys.begin();
    const auto origin = origins_.find(*first);
    complain(origin == origins_.end() ? "default" : origin->second, std::string(*first), std::move(what));
}

boost::system::result<settings, problems> loader::finish() {
    if (!wrong_.list.empty()) return std::move(wrong_);
    return std::move(values_);
}

std::string suggestion(std::string_view wrong, const std::vector<std::string>& names) {
    const std::string* best = nullptr;
    std::size_t least = 3;  // three and more changes are another word
    for (const auto& name : names) {
        const auto distance = wrong.size() > 64 ? least : edit_distance(wrong, name);
        if (distance >= least) continue;
        least = distance;
        best = &name;
    }
    return best == nullptr ? "" : fmt::format(" (did you mean \"{}\"?)", *best);
}

std::vector<std::string> key_names() {
    std::vector<std::string> names;
    for (const key& k : table()) names.push_back(k.name);
    return names;
}

std::optional<std::string> read_small_file(const std::string& path, std::size_t most) {
    std::ifstream in(path, std::ios::binary);
    std::string text(most + 1, '\0');
    // Opening a directory succeeds; reading from it does not.
    if (!in || !in.read(text.data(), static_cast<std::streamsize>(text.size())).eof()) return std::nullopt;
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

}  // namespace madang::config

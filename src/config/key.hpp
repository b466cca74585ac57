// One key of the configuration, and the kinds there are. A key knows how to read a value into the settings and how to
// write it back; the table (table.cpp) is a list of them and the only place that knows their names.
#pragma once

#include "madang/config/settings.hpp"

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace madang::config {

// A value as a source gave it. A `word` comes from the environment or a flag and may mean anything.
struct raw_value {
    enum class shape { word, text, integer, real, boolean, list, other };

    shape is = shape::word;
    std::string text;
    std::vector<std::string> items;  // of a list
};

struct key {
    std::string name;      // "limits.frame"
    std::string type;      // for people: "size"
    std::string range;     // for people: "1KiB to 64MiB"
    std::string fallback;  // the default, as it would stand in a variable
    std::string literal;   // the default, as it stands in the file
    std::string meaning;   // sentences
    bool secret = false;

    // What the value must be ("must be from 1 to 5"), if it is not that; then the settings are as before.
    std::function<std::optional<std::string>(settings&, const raw_value&)> assign;
    // As TOML.
    std::function<std::string(settings&)> show;

    [[nodiscard]] std::string section() const { return name.substr(0, name.find('.')); }
    [[nodiscard]] std::string leaf() const { return name.substr(name.find('.') + 1); }
    [[nodiscard]] std::string variable() const;  // "MADANG_LIMITS_FRAME"
};

// Where a key's value lives.
template <class T>
using place = T& (*)(settings&);

// --- kinds -----------------------------------------------------------------------------------------------------------
template <class T>
struct range {
    T least;
    T most;
};
using number_range = range<std::int64_t>;
using text_range = range<std::string_view>;  // written as the value would be: {"1s", "1d"}

[[nodiscard]] key flag(std::string name, place<bool> at, std::string fallback, std::string meaning);
[[nodiscard]] key number(std::string name, place<int> at, std::string fallback, number_range within, std::string meaning);
[[nodiscard]] key big_number(std::string name, place<std::int64_t> at, std::string fallback, number_range within,
                             std::string meaning);
[[nodiscard]] key bytes(std::string name, place<std::size_t> at, std::string fallback, text_range within, std::string meaning);
[[nodiscard]] key time(std::string name, place<duration> at, std::string fallback, text_range within, std::string meaning);
[[nodiscard]] key text(std::string name, place<std::string> at, std::string fallback, std::string meaning);
[[nodiscard]] key secret(std::string name, place<std::string> at, std::string fallback, std::string meaning);
[[nodiscard]] key socket_address(std::string name, place<address> at, std::string fallback, std::string meaning);
[[nodiscard]] key origin(std::string name, place<std::string> at, std::string fallback, std::string meaning);
[[nodiscard]] key origins(std::string name, place<std::vector<std::string>> at, std::string meaning);
// Secrets, for they may hold passwords. The empty text is none.
[[nodiscard]] key redis_url(std::string name, place<std::optional<redis_server>> at, std::string meaning);
[[nodiscard]] key redis_servers(std::string name, place<std::vector<redis_server>> at, std::string meaning);
[[nodiscard]] key networks(std::string name, place<std::vector<network>> at, std::string meaning);

// `names` in the order of the enumerators. `at` reads and writes the enumerator as a number.
struct enum_place {
    std::function<void(settings&, std::size_t)> set;
    std::function<std::size_t(settings&)> get;
};
[[nodiscard]] key choice_of(std::string name, enum_place at, std::vector<std::string> names, std::string fallback,
                            std::string meaning);

template <class E>
[[nodiscard]] key choice(std::string name, E& (*at)(settings&), std::vector<std::string> names, std::string fallback,
                         std::string meaning) {
    return choice_of(std::move(name),
                     {[at](settings& s, std::size_t i) { at(s) = static_cast<E>(i); },
                      [at](settings& s) { return static_cast<std::size_t>(at(s)); }},
                     std::move(names), std::move(fallback), std::move(meaning));
}

}  // namespace madang::config

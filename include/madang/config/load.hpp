// From file, environment and flags to settings, or to all that is wrong with them at once.
// Later sources win: default < TOML file < environment < flags.
#pragma once

#include "madang/config/settings.hpp"

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace madang::config {

// One thing that is wrong. Never holds the value of a secret.
struct problem {
    std::string where;  // "madang.toml:12", "MADANG_LIMITS_FRAME", "--limits.frame"
    std::string key;    // "limits.frame"; empty if no key is concerned
    std::string what;   // "must be from 1KiB to 64MiB, not \"5 apples\""

    friend bool operator==(const problem&, const problem&) = default;
};

struct problems {
    std::vector<problem> list;  // never empty when it is an answer

    // One line a problem, each ended by a line feed.
    [[nodiscard]] std::string text() const;
};
[[noreturn]] void throw_exception_from_error(const problems& p, const boost::source_location& where);

using environment = std::map<std::string, std::string>;
// Pass `environ`.
[[nodiscard]] environment environment_of(const char* const* variables);

struct sources {
    std::optional<std::string> file;     // path of the TOML file; else the variable MADANG_CONFIG names it; else none
    environment variables;               // only those that begin with MADANG_ are looked at
    std::vector<std::string> overrides;  // "key=value", as flags gave them; secrets are refused here
};

[[nodiscard]] boost::system::result<settings, problems> load(const sources& from);

[[nodiscard]] settings defaults();

// The text of config/madang.toml: every key with its meaning, unit, range and default, the default commented out.
[[nodiscard]] std::string documented_file();

// All values as a TOML file. With `masked`, a password in a URL is "***"; without, loading the text gives the same settings.
[[nodiscard]] std::string effective(settings from, bool masked);

// A URL without its password, for logs and `config print`. Text that is no URL is masked as a whole.
[[nodiscard]] std::string masked_url(std::string_view url);

// The table, for --help.
struct key_help {
    std::string name;         // "storage.url"
    std::string environment;  // "MADANG_STORAGE_URL"
    std::string type;         // "duration"
    std::string range;        // "10ms to 1h"; may be empty
    std::string fallback;     // the default, as it would stand in a variable
    std::string meaning;
    bool secret = false;
};
[[nodiscard]] std::vector<key_help> keys();

}  // namespace madang::config

// Gathers values from the sources, in order, and everything that is wrong with them.
// Owned by one call of load(); used on its thread.
#pragma once

#include "key.hpp"
#include "madang/config/load.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace madang::config {

class loader {
public:
    loader();

    // Later calls win. A bad value is noted and leaves the key as it was.
    void assign(const key& k, const raw_value& value, const std::string& where);
    void complain(std::string where, std::string key, std::string what);

    // Something is wrong with a valid value in the light of others. Not noted if one of `keys` is wrong already:
    // it would only be a consequence. Where: at the first of `keys`.
    void complain_together(std::initializer_list<std::string_view> keys, std::string what);

    [[nodiscard]] const settings& values() const noexcept { return values_; }
    [[nodiscard]] boost::system::result<settings, problems> finish();

private:
    settings values_;
    problems wrong_;
    std::map<std::string, std::string, std::less<>> origins_;  // key to where it was last set
    std::set<std::string, std::less<>> broken_;                // keys with a bad value somewhere
};

// The sources, one function each.
void load_file(loader& into, const std::string& path);
void load_environment(loader& into, const environment& variables);
void load_overrides(loader& into, const std::vector<std::string>& overrides);

// What must hold between keys.
void check_together(loader& all);

// " (did you mean \"limits.frame\"?)", or nothing when no name is near.
[[nodiscard]] std::string suggestion(std::string_view wrong, const std::vector<std::string>& names);
[[nodiscard]] std::vector<std::string> key_names();

// The text of a small file; nothing if it cannot be read or is larger than `most` bytes.
[[nodiscard]] std::optional<std::string> read_small_file(const std::string& path, std::size_t most);

}  // namespace madang::config

#include "database.hpp"

#include "embedded.hpp"

#include "madang/observe/log.hpp"

#include <charconv>

namespace madang::app {

std::filesystem::path database_file(const config::settings& s) {
    constexpr std::string_view scheme = "sqlite://";
    return std::filesystem::path{std::string_view{s.storage.url}.substr(scheme.size())};
}

std::vector<storage::migration> embedded_migrations() {
    constexpr std::string_view folder = "migrations/sqlite/";
    std::vector<storage::migration> steps;
    for (const auto& file : embedded_files()) {
        if (!file.name.starts_with(folder) || !file.name.ends_with(".sql")) continue;
        auto name = file.name.substr(folder.size());
        name.remove_suffix(4);
        int version = 0;
        std::from_chars(name.data(), name.data() + name.size(), version);
        steps.push_back({version, name, file.bytes});
    }
    return steps;
}

storage::sqlite_options database_options(const config::settings& s) {
    storage::sqlite_options o;
    o.file = database_file(s);
    o.readers = static_cast<std::size_t>(s.storage.readers);
    o.batch_rows = static_cast<std::size_t>(s.storage.batch_rows);
    o.batch_bytes = s.storage.batch_bytes;
    o.queue_rows = static_cast<std::size_t>(s.storage.queue_rows);
    o.queue_bytes = s.storage.queue_bytes;
    o.max_size_mib = static_cast<std::size_t>(s.storage.max_size);
    const auto most = [](int n) { return n == 0 ? SIZE_MAX : static_cast<std::size_t>(n); };
    o.limits.members = most(s.limits.members);
    o.limits.rooms = most(s.limits.rooms);
    o.failed = [](std::string_view what) { log::error("the database failed", {{"error", what}}); };
    return o;
}

}  // namespace madang::app

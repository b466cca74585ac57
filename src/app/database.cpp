#include "database.hpp"

#include "embedded.hpp"

#include "madang/observe/log.hpp"
#include "madang/storage/migrations.hpp"
#include "madang/storage/postgres_store.hpp"
#include "madang/storage/sqlite_store.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace madang::app {
namespace {

constexpr std::string_view sqlite_scheme = "sqlite://";

bool is_embedded(const config::settings& s) { return s.storage.url.starts_with(sqlite_scheme); }

// The file of "sqlite://./data/madang.db".
std::filesystem::path database_file(const config::settings& s) {
    return std::filesystem::path{std::string_view{s.storage.url}.substr(sqlite_scheme.size())};
}

// The steps that are part of this binary, in order.
std::vector<storage::migration> embedded_migrations(std::string_view folder) {
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

std::vector<storage::migration> sqlite_steps() { return embedded_migrations("migrations/sqlite/"); }
std::vector<storage::migration> postgres_steps() { return embedded_migrations("migrations/postgres/"); }

// What both kinds of options have in common.
template <class Options>
Options common_options(const config::settings& s) {
    Options o;
    o.readers = static_cast<std::size_t>(s.storage.readers);
    o.batch_rows = static_cast<std::size_t>(s.storage.batch_rows);
    o.batch_bytes = s.storage.batch_bytes;
    o.queue_rows = static_cast<std::size_t>(s.storage.queue_rows);
    o.queue_bytes = s.storage.queue_bytes;
    const auto most = [](int n) { return n == 0 ? SIZE_MAX : static_cast<std::size_t>(n); };
    o.limits.members = most(s.limits.members);
    o.limits.rooms = most(s.limits.rooms);
    o.ears.failed = [](std::string_view what) { log::error("the database failed", {{"error", what}}); };
    o.ears.recovered = [](const storage::outage& o) {
        log::warn("the database works again", {{"lasted_ms", o.lasted}, {"failures", o.failures}});
    };
    return o;
}

storage::sqlite_options sqlite_options(const config::settings& s) {
    auto o = common_options<storage::sqlite_options>(s);
    o.file = database_file(s);
    o.max_size_mib = static_cast<std::size_t>(s.storage.max_size);
    return o;
}

storage::postgres_options postgres_options(const config::settings& s) {
    auto o = common_options<storage::postgres_options>(s);
    o.url.text = s.storage.url;
    o.lanes = static_cast<std::size_t>(s.storage.lanes);
    o.writers = static_cast<std::size_t>(s.storage.writers);
    o.timeout = s.storage.timeout;
    return o;
}

storage::schema_plan compare_schema(const config::settings& s) {
    if (is_embedded(s)) return storage::plan(database_file(s), sqlite_steps());
    return storage::plan(storage::postgres_url{s.storage.url}, postgres_steps());
}

void refuse_older(const std::vector<std::string>& missing) {
    if (missing.empty()) return;
    throw storage::storage_error(fmt::format("the database's schema is older than this madang, it lacks {}: run madang migrate",
                                             fmt::join(missing, ", ")));
}

}  // namespace

std::vector<std::string> plan_schema(const config::settings& s) { return compare_schema(s).missing; }

std::vector<std::string> migrate_schema(const config::settings& s, const clock& time) {
    if (is_embedded(s)) return storage::migrate(database_file(s), sqlite_steps(), time);
    return storage::migrate(storage::postgres_url{s.storage.url}, postgres_steps(), time);
}

std::vector<std::string> prepare_schema(const config::settings& s, const clock& time) {
    if (s.storage.migrate == config::migrate_policy::automatic) return migrate_schema(s, time);
    refuse_older(plan_schema(s));
    return {};
}

void prepare_new(const config::settings& s, const clock& time) {
    const auto missing = plan_schema(s);
    const bool is_new = missing.size() == (is_embedded(s) ? sqlite_steps() : postgres_steps()).size();
    if (is_new)
        prepare_schema(s, time);
    else
        refuse_older(missing);
}

void expect_schema(const config::settings& s, newer_schema newer) {
    if (is_embedded(s) && !std::filesystem::exists(database_file(s)))
        throw storage::storage_error(fmt::format(
            "there is no database {}: name the server's configuration (--config, MADANG_CONFIG) or MADANG_STORAGE_URL",
            database_file(s).string()));
    const auto found = compare_schema(s);
    if (!found.missing.empty())
        throw storage::storage_error(fmt::format(
            "the database's schema is older than this madang, it lacks {}: use the madang that serves it, or run madang migrate",
            fmt::join(found.missing, ", ")));
    if (found.is_newer && newer == newer_schema::refused)
        throw storage::storage_error("the database was migrated by a newer madang: use that one");
}

std::optional<storage::database_lock> lock_database(const config::settings& s) {
    if (!is_embedded(s)) return std::nullopt;
    return std::optional<storage::database_lock>{std::in_place, database_file(s)};
}

storage::database_place place_of(const config::settings& s) {
    if (is_embedded(s)) return database_file(s);
    return storage::postgres_url{s.storage.url};
}

std::unique_ptr<storage::store> open_store(const config::settings& s, asio::io_context& io, const clock& time) {
    if (is_embedded(s)) return std::make_unique<storage::sqlite_store>(sqlite_options(s), time);
    return std::make_unique<storage::postgres_store>(io, postgres_options(s), time);
}

}  // namespace madang::app

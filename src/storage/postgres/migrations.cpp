#include "madang/storage/migrations.hpp"

#include "postgres/connector.hpp"
#include "random_text.hpp"
#include "schema_steps.hpp"

#include <fmt/format.h>

namespace madang::storage {
namespace {

using namespace postgres;
using namespace std::chrono_literals;

// "madang" as a number: names the advisory lock of whoever migrates.
constexpr std::int64_t lock_name = 0x6d6164616e67;

connection_ptr open_to_migrate(const postgres_url& database) {
    connector c{database.text, 5000ms};
    try {
        auto opened = c.open_now(use::writing);
        take_time(opened.get());
        return opened;
    } catch (const failure& e) {
        throw storage_error(fmt::format("cannot reach PostgreSQL: {}: check storage.url, and that the server runs", e.what()));
    }
}

std::string quoted(PGconn* c, std::string_view text) {
    char* const made = PQescapeLiteral(c, text.data(), text.size());
    std::string copy{made};
    PQfreemem(made);
    return copy;
}

// How many steps the database has.
std::size_t applied_steps(PGconn* c, std::span<const migration> steps) {
    if (run_now(c, "SELECT 1 WHERE to_regclass('migrations') IS NOT NULL").empty()) return 0;
    std::vector<applied_step> applied;
    for (const auto r : run_now(c, "SELECT version, name, checksum FROM migrations ORDER BY version"))
        applied.push_back({r.get<int>(0), r.get<std::string>(1), r.get<std::string>(2)});
    return count_applied(applied, steps);
}

void apply(PGconn* c, const migration& step, timestamp now) {
    try {
        run_script(c, step.sql);
        run_script(c, fmt::format("INSERT INTO migrations (version, name, checksum, applied_at) VALUES ({}, {}, {}, {})",
                                  step.version, quoted(c, step.name), quoted(c, checksum(step.sql)), quoted(c, to_rfc3339(now))));
    } catch (const failure& e) {
        throw migration_error(fmt::format("migration {} ({}) failed and was undone: {}", step.version, step.name, e.what()));
    }
}

// One step in one transaction, the first that is missing; false when there is none. Another process may migrate too: which one is
// next is therefore asked inside.
bool apply_next(PGconn* c, std::span<const migration> steps, timestamp now, std::vector<std::string>& names) {
    run_script(c, "BEGIN");
    run_script(c, fmt::format("SELECT pg_advisory_xact_lock({})", lock_name));
    run_script(c,
               "CREATE TABLE IF NOT EXISTS migrations (version integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, "
               "applied_at timestamptz NOT NULL)");
    const auto applied = applied_steps(c, steps);
    if (applied >= steps.size()) {
        run_script(c, "ROLLBACK");
        return false;
    }
    apply(c, steps[applied], now);
    if (applied + 1 == steps.size())
        run_script(c, fmt::format("INSERT INTO meta (name, value) VALUES ('epoch', {}) ON CONFLICT DO NOTHING",
                                  quoted(c, random_text(epoch_length))));
    run_script(c, "COMMIT");
    names.emplace_back(steps[applied].name);
    return true;
}

storage_error cannot_migrate(const failure& why) {
    return storage_error(
        fmt::format("cannot migrate the PostgreSQL database: {}: check the rights of its user, and that no other "
                    "process migrates it",
                    why.what()));
}

}  // namespace

schema_plan plan(const postgres_url& database, std::span<const migration> steps) {
    check_numbers(steps);
    const auto c = open_to_migrate(database);
    try {
        return compare(applied_steps(c.get(), steps), steps);
    } catch (const failure& e) {
        throw cannot_migrate(e);
    }
}

std::vector<std::string> migrate(const postgres_url& database, std::span<const migration> steps, const clock& clock) {
    check_numbers(steps);
    const auto c = open_to_migrate(database);
    std::vector<std::string> names;
    try {
        while (applied_steps(c.get(), steps) < steps.size() && apply_next(c.get(), steps, clock.now(), names)) {
        }
    } catch (const failure& e) {
        throw cannot_migrate(e);
    }
    return names;
}

}  // namespace madang::storage

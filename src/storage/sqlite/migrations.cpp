#include "madang/storage/migrations.hpp"

#include "random_text.hpp"
#include "schema_steps.hpp"
#include "sqlite/database.hpp"

#include <fmt/format.h>

#include <utility>

namespace madang::storage {
namespace {

using sqlite::database;
using sqlite::failure;
using sqlite::transaction;

// How many steps the database has.
std::size_t applied_steps(database& db, std::span<const migration> steps) {
    if (!db.any("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'")) return 0;
    std::vector<applied_step> applied;
    auto rows = db.run("SELECT version, name, checksum FROM migrations ORDER BY version");
    while (rows.step()) applied.push_back({rows.get<int>(0), rows.get<std::string>(1), rows.get<std::string>(2)});
    return count_applied(applied, steps);
}

void apply(database& db, const migration& step, timestamp now) {
    try {
        db.execute(std::string(step.sql));
        db.change("INSERT INTO migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)", step.version, step.name,
                  checksum(step.sql), now);
    } catch (const failure& e) {
        throw migration_error(fmt::format("migration {} ({}) failed and was undone: {}", step.version, step.name, e.what()));
    }
}

// One step in one transaction, the first that is missing; false when there is none. Another process may migrate too: which
// one is next is therefore asked inside.
bool apply_next(database& db, std::span<const migration> steps, timestamp now, std::vector<std::string>& names) {
    transaction all{db, transaction::kind::write};
    db.execute(
        "CREATE TABLE IF NOT EXISTS migrations (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT "
        "NULL, "
        "applied_at INTEGER NOT NULL) STRICT");
    const std::size_t applied = applied_steps(db, steps);
    if (applied >= steps.size()) return false;
    apply(db, steps[applied], now);
    if (applied + 1 == steps.size())
        db.change("INSERT OR IGNORE INTO meta (name, value) VALUES ('epoch', ?)", random_text(epoch_length));
    all.commit();
    names.emplace_back(steps[applied].name);
    return true;
}

// What fails outside of the steps' own statements: the disk, another process.
storage_error cannot_migrate(const std::filesystem::path& file, const failure& why) {
    return storage_error(
        fmt::format("cannot migrate {}: {}: check the disk, and that no other process uses it", file.string(), why.what()));
}

}  // namespace

schema_plan plan(const std::filesystem::path& file, std::span<const migration> steps) {
    check_numbers(steps);
    std::size_t applied = 0;
    if (std::filesystem::exists(file)) {
        try {
            database db{file, database::access::read};
            applied = applied_steps(db, steps);
        } catch (const failure& e) {
            throw cannot_migrate(file, e);
        }
    }
    return compare(applied, steps);
}

std::vector<std::string> migrate(const std::filesystem::path& file, std::span<const migration> steps, const clock& clock) {
    check_numbers(steps);
    std::vector<std::string> names;
    try {
        database db{file, database::access::create};
        while (apply_next(db, steps, clock.now(), names)) {
        }
    } catch (const failure& e) {
        throw cannot_migrate(file, e);
    }
    return names;
}

}  // namespace madang::storage

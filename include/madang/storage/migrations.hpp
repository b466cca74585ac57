// The schema, in numbered steps from config/migrations/{sqlite,postgres}. Each step is applied in a transaction of its own and
// never changes afterwards: its checksum is kept in the table `migrations`. A schema that is one step newer than the given ones
// is accepted, so that a release can be rolled out, and back, node by node.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/storage/storage_error.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace madang::storage {

struct migration {
    int version = 0;        // from 1, without a gap
    std::string_view name;  // "0001_accounts"
    std::string_view sql;
};

// The database's schema and the given steps do not belong together.
class migration_error : public storage_error {
public:
    using storage_error::storage_error;
};

struct schema_plan {
    std::vector<std::string> missing;  // the names of the steps that migrate() would apply
    bool is_newer = false;             // the database has a step that is not among the given ones
};

// Creates nothing: a database that does not exist needs all steps. Throws migration_error, storage_error.
[[nodiscard]] schema_plan plan(const std::filesystem::path& database, std::span<const migration> steps);

// Creates the database and its directory (0700) where they are missing, applies what is missing, gives a new database its
// epoch, and answers with the names of what was applied. Safe to run in two processes at once. Throws as plan() does.
std::vector<std::string> migrate(const std::filesystem::path& database, std::span<const migration> steps, const clock& clock);

// A database on a PostgreSQL server, as libpq reads it: "postgresql://user@host:port/name?parameters".
struct postgres_url {
    std::string text;
};

// The same there. Processes that migrate at once take turns by an advisory lock, which ends with its transaction.
[[nodiscard]] schema_plan plan(const postgres_url& database, std::span<const migration> steps);
std::vector<std::string> migrate(const postgres_url& database, std::span<const migration> steps, const clock& clock);

}  // namespace madang::storage

// The database that the configuration names: its schema, and a store over it. For serve and for every command that needs it.
#pragma once

#include "madang/base/async.hpp"
#include "madang/config/settings.hpp"
#include "madang/storage/archive.hpp"
#include "madang/storage/database_lock.hpp"
#include "madang/storage/store.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace madang::app {

// The names of the steps that migrate_schema() would apply; and of those that it has applied. Throw storage_error.
[[nodiscard]] std::vector<std::string> plan_schema(const config::settings& s);
std::vector<std::string> migrate_schema(const config::settings& s, const clock& time);
// As `storage.migrate` says: brought up to date, or refused where it is older.
std::vector<std::string> prepare_schema(const config::settings& s, const clock& time);
// For accounts, keys and archives from the command line: a new database is made, but one that somebody serves is not migrated
// under them. Throws storage_error.
void prepare_new(const config::settings& s, const clock& time);
// For commands on the whole of a database that somebody serves: it is there and has this binary's schema, or, where nothing of a
// step would be left out, one that is a step newer; it stays as it is. Throws storage_error.
enum class newer_schema { refused, fine };
void expect_schema(const config::settings& s, newer_schema newer = newer_schema::refused);

// Keeps a second server off an embedded database. Nothing for PostgreSQL, which nodes share.
[[nodiscard]] std::optional<storage::database_lock> lock_database(const config::settings& s);

// For what works on the whole of it (storage/archive.hpp).
[[nodiscard]] storage::database_place place_of(const config::settings& s);

// Opens what prepare_schema() has prepared. `io` outlives the store, and runs until it has nothing left to do after stop().
[[nodiscard]] std::unique_ptr<storage::store> open_store(const config::settings& s, asio::io_context& io, const clock& time);

}  // namespace madang::app

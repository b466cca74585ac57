// Everything that a database holds as one file of lines, and back: backups, and the way from SQLite to PostgreSQL or home again
// (src/storage/archive/README.md has the format). All of it blocks the calling thread, for as long as the database and the file
// are long, in memory of some megabytes. The database has been prepared by migrate(). Whatever goes wrong is a storage_error, one
// line that names the file and, where a line is at fault, its number.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/storage/migrations.hpp"
#include "madang/storage/storage_error.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace madang::storage {

// A SQLite file, or a PostgreSQL database.
using database_place = std::variant<std::filesystem::path, postgres_url>;

struct archive_progress {
    std::string_view table;
    std::int64_t rows = 0;  // of this table, done so far; 0 when it begins
    std::int64_t of = 0;    // how many there will be
};
// Told at the begin of each table and after each page; on the calling thread.
using archive_watcher = std::function<void(const archive_progress&)>;

struct archive_summary {
    std::int64_t rows = 0;     // in the file
    std::int64_t earlier = 0;  // of these, done by an earlier run
    std::string epoch;         // of the database, from now on
};

struct export_options {
    std::string version;  // of this madang, for the file's first line
    archive_watcher watch;
};

enum class export_mode {
    anew,    // refuses to overwrite a file
    resume,  // goes on after the last complete line of a file that was cut, if the database still is what it was
};

// Writes a new file (mode 0600), or to standard output when `file` is "-". Reads in one snapshot, beside a serving node.
archive_summary export_archive(const database_place& from, const std::filesystem::path& file, export_mode how,
                               const export_options& options, const clock& clock);

// The same into <file>.part, which gets its name when it is complete and on the disk. Never overwrites <file>.
archive_summary back_up(const database_place& from, const std::filesystem::path& file, const export_options& options,
                        const clock& clock);

enum class import_mode {
    into_empty,  // refuses a database that holds users or rooms
    restore,     // the same, and access tokens of before are void: they may name people and sessions that are not there any more
    replace,     // as restore, but empties the database first
};

// Reads a file, or standard input ("-"), into the database, which gets a new epoch. A run that ended early goes on where it was
// when it is repeated with the same file; until then nothing else opens the database. Nobody may serve it meanwhile: for SQLite
// the caller holds the database_lock, for PostgreSQL other connections of madang are looked for.
archive_summary import_archive(const database_place& to, const std::filesystem::path& file, import_mode how,
                               const archive_watcher& watch);

// The name of the database's history; and a new one, after which clients reload instead of resuming.
[[nodiscard]] std::string epoch_of(const database_place& place);
std::string renew_epoch(const database_place& place);

}  // namespace madang::storage

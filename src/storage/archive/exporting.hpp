// From a database to lines.
#pragma once

#include "archive/database.hpp"
#include "archive/files.hpp"
#include "archive/lines.hpp"
#include "digest.hpp"

namespace madang::storage::archive {

// Where an export stands: the last row that is in the file, how many there are, and their lines.
struct position {
    std::size_t table = 0;
    record key;  // empty: before the first row of this table
    counts rows = counts(tables().size());
    digest lines;
    std::string file;  // that was cut there; empty: nothing is in it yet
};

// What the database's present snapshot is.
[[nodiscard]] header describe(database& db, const export_options& options, timestamp now);

// All rows behind `from`, and the last line. Throws storage_error, before it writes, where those before do not fit to them.
void write_rows(database& db, output& out, const header& expected, position from, const archive_watcher& watch);

// A file that was cut, which the database can still complete.
struct cut_file {
    bool complete = false;   // it was not cut after all
    std::int64_t bytes = 0;  // of its whole lines
    position at;
};

// Reads what there is. Throws storage_error where the file is at fault, or the database is not any more what it was.
[[nodiscard]] cut_file examine(input& in, const header& present);

}  // namespace madang::storage::archive

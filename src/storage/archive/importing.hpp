// From lines to a database: some thousand rows in a transaction, which also says how far the import has come.
// Thread: one.
#pragma once

#include "archive/database.hpp"
#include "archive/files.hpp"
#include "archive/line_reader.hpp"
#include "archive/progress.hpp"

namespace madang::storage::archive {

class importer {
public:
    importer(database& db, input& in, import_mode how, const archive_watcher& watch)
        : db_(db), in_(in), how_(how), watch_(watch) {}

    // Throws storage_error; what was committed stays, and a later run with the same file goes on there.
    archive_summary run();

    // Reads the whole archive, into nothing. Throws storage_error where it is at fault.
    static void look_through(input& in);

private:
    void begin();
    void refuse_full();
    void clear();
    // False at the end of the file.
    bool take_line();
    void add(std::size_t table, record row);
    void flush();
    std::string finish();
    void check_counts();
    // Whatever is wrong is in the database already: no later run goes on with it.
    [[noreturn]] void give_up(const storage_error& why);

    database& db_;
    input& in_;
    const import_mode how_;
    const archive_watcher& watch_;
    line_reader lines_;
    progress done_;
    std::int64_t earlier_ = 0;
    std::size_t table_ = SIZE_MAX;
    std::vector<record> rows_;  // of `table_`, from the lines behind `done_`
    std::size_t bytes_ = 0;
};

}  // namespace madang::storage::archive

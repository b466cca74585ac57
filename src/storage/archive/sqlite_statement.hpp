// A statement on SQLite that is made at run time, from the table of tables: bind from 1, step, reset.
// Thread: the connection's.
#pragma once

#include "archive/tables.hpp"
#include "sqlite/failure.hpp"

#include <sqlite3.h>

#include <memory>

namespace madang::storage::archive {

class statement {
public:
    // Throws sqlite::failure, as the others do.
    statement(sqlite3* connection, const std::string& text);

    // Text and bytes stay where they are until reset().
    void bind(int at, column_type type, const value& v);
    // Moves to the next row; false when there is none.
    bool step();
    void reset() noexcept { sqlite3_reset(prepared_.get()); }

    // A column of the present row, from 0.
    [[nodiscard]] value get(int at) const;

private:
    struct finalize {
        void operator()(sqlite3_stmt* s) const noexcept { sqlite3_finalize(s); }
    };

    sqlite3* connection_;
    std::unique_ptr<sqlite3_stmt, finalize> prepared_;
};

}  // namespace madang::storage::archive

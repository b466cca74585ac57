// One connection to the database file and its prepared statements.
// Thread: one at a time; whoever holds the connection.
#pragma once

#include "sqlite/columns.hpp"
#include "sqlite/failure.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace madang::storage::sqlite {

// A statement's text, which must be a literal: it is prepared once for each connection and found again by its address.
class sql {
public:
    consteval sql(const char* text) : text_(text) {}  // NOLINT(google-explicit-constructor)
    [[nodiscard]] const char* text() const noexcept { return text_; }

private:
    const char* text_;
};

// A prepared statement while it runs. Ends (and frees what it had bound) with its scope.
class query {
public:
    query(sqlite3* connection, sqlite3_stmt* prepared) : connection_(connection), prepared_(prepared) {}
    ~query();
    query(const query&) = delete;
    query& operator=(const query&) = delete;

    // Moves to the next row; false when there is none. Throws failure.
    bool step();

    // A column of the present row, from 0.
    template <class T>
    [[nodiscard]] T get(int at) const {
        return column<T>(prepared_, at);
    }

private:
    sqlite3* connection_;
    sqlite3_stmt* prepared_;
};

class database {
public:
    enum class access { create, write, read };

    // Opens the file with the house's settings: WAL, synchronous=FULL, foreign keys. Throws storage_error.
    database(const std::filesystem::path& file, access how);
    ~database();
    database(database&&) noexcept = default;
    database& operator=(database&&) = delete;

    // Binds the arguments in order. A statement must have ended before it is run again.
    template <class... Args>
    [[nodiscard]] query run(sql s, const Args&... args) {
        sqlite3_stmt* statement = prepare(s);
        int at = 0;
        const bool bound = ((bind_value(statement, ++at, args) == SQLITE_OK) && ...);
        if (!bound) throw failure::of(connection_.get());
        return {connection_.get(), statement};
    }
    // Runs a statement that answers no rows; how many rows it changed.
    template <class... Args>
    std::int64_t change(sql s, const Args&... args) {
        run(s, args...).step();
        return sqlite3_changes64(connection_.get());
    }
    // Whether a query answers anything.
    template <class... Args>
    [[nodiscard]] bool any(sql s, const Args&... args) {
        return run(s, args...).step();
    }

    // One or more statements, not kept.
    void execute(const std::string& statements);

    // For statements that are made at run time (archive/).
    [[nodiscard]] sqlite3* connection() const noexcept { return connection_.get(); }

    [[nodiscard]] std::int64_t last_id() const noexcept;
    // False after a failure so grave that SQLite has rolled back by itself.
    [[nodiscard]] bool in_transaction() const noexcept;
    // The texts of all statements that were prepared here.
    [[nodiscard]] std::vector<std::string> prepared() const;

private:
    struct close_connection {
        void operator()(sqlite3* connection) const noexcept;
    };
    struct finalize {
        void operator()(sqlite3_stmt* statement) const noexcept;
    };

    sqlite3_stmt* prepare(sql s);

    std::unique_ptr<sqlite3, close_connection> connection_;
    std::unordered_map<const char*, std::unique_ptr<sqlite3_stmt, finalize>> statements_;
};

// A transaction over a scope: rolled back unless committed.
class transaction {
public:
    enum class kind { read, write };

    transaction(database& db, kind k);
    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;

    void commit();

private:
    database* db_;
};

}  // namespace madang::storage::sqlite

// What exporting and importing ask of a database, whichever it is. Everything blocks; failures of the database are its own kind
// of exception, and become storage_error at the module's door (archive.cpp).
// Thread: one.
#pragma once

#include "archive/tables.hpp"
#include "madang/storage/archive.hpp"

#include <memory>
#include <optional>
#include <stdexcept>

namespace madang::storage::archive {

// The database refused a row, the row's own fault: a value that it cannot hold, a reference to nothing, a name that is taken.
class row_refused : public std::runtime_error {
public:
    row_refused(std::size_t at, const std::string& why) : std::runtime_error(why), at_(at) {}
    [[nodiscard]] std::size_t at() const noexcept { return at_; }  // among the rows of the call

private:
    std::size_t at_;
};

class database {
public:
    virtual ~database() = default;

    // For an importer: nobody else imports, and nobody serves. The former is kept as long as this lives; the latter by the mark
    // of an import, which a node looks for after it has made itself seen. Throws storage_error.
    virtual void claim() = 0;

    // One state of everything, until this is gone.
    virtual void begin_snapshot() = 0;
    // A transaction that ends without commit(), with this, has not been.
    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void rollback() = 0;

    // Of `meta`.
    virtual std::optional<std::string> fact(std::string_view name) = 0;
    virtual void set_fact(std::string_view name, std::string_view text) = 0;
    virtual void drop_fact(std::string_view name) = 0;

    virtual std::int64_t count(const table& t) = 0;
    // The greatest of the first key column, which is an id; 0 when there is no row.
    virtual std::int64_t greatest(const table& t) = 0;
    // The next rows behind a key, in the order of keys; the first ones behind an empty key.
    virtual std::vector<record> page(const table& t, std::span<const value> after, std::size_t limit) = 0;

    // Throws row_refused; the transaction is of no use then.
    virtual void insert(const table& t, std::span<const record> rows) = 0;
    // Deletes the rows of all tables().
    virtual void empty() = 0;
    // At the end of an import: ids that the database gives from now on are greater than all that it has.
    virtual void settle() = 0;
    // Ids that somebody may know from a history that is no more are not given to others: of SQLite those of sessions alone, for
    // the others follow the greatest one that is there.
    virtual void pass_over_ids() = 0;
    // Access tokens are void: they may name people and sessions whose ids are given to others now. Refresh tokens go on.
    virtual void revoke_keys() = 0;
};

enum class access { read, write };
[[nodiscard]] std::unique_ptr<database> open(const database_place& place, access how);
[[nodiscard]] std::unique_ptr<database> open_sqlite(const std::filesystem::path& file, access how);
[[nodiscard]] std::unique_ptr<database> open_postgres(const postgres_url& url);

}  // namespace madang::storage::archive

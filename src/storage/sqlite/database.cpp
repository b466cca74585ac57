#include "sqlite/database.hpp"

#include "directory.hpp"
#include "madang/storage/storage_error.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace madang::storage::sqlite {
namespace {

// Another process (a command-line tool) may hold the write lock for so long.
constexpr int busy_timeout_ms = 5000;

// WAL: readers and the writer do not wait for each other. FULL: a commit is on the disk before it is acknowledged.
// The log is copied into the database every 4000 pages (16 MB): seldom enough that a page which changes with every
// batch is copied once for many of them, and often enough that the log stays small.
constexpr const char* settings =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA wal_autocheckpoint=4000;"
    "PRAGMA journal_size_limit=67108864;";

storage_error cannot_open(const std::filesystem::path& file, const failure& why, int system_error) {
    switch (why.code()) {
        case SQLITE_NOTADB:
            return storage_error(fmt::format(
                "{} is not a SQLite database: name another file in storage.url, or move this one away", file.string()));
        case SQLITE_CORRUPT:
            return storage_error(fmt::format(
                "{0} is damaged: move it away, with {0}-wal and {0}-shm, and run madang restore with a backup", file.string()));
        case SQLITE_FULL:
            return storage_error(fmt::format("the disk that holds {} is full: make room there", file.string()));
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return storage_error(fmt::format("{} may not be written by this user: change its owner or rights", file.string()));
        case SQLITE_BUSY:
            return storage_error(fmt::format("{} is locked by another process: end that one first", file.string()));
        case SQLITE_CANTOPEN:
            return storage_error(fmt::format("cannot open {}: {}: check storage.url and the rights of the directory",
                                             file.string(), system_error != 0 ? std::strerror(system_error) : why.what()));
        default:
            return storage_error(fmt::format("cannot open {}: {}: check the disk and storage.url", file.string(), why.what()));
    }
}

// Closed to everybody else, wherever it lies; SQLite gives its log the same rights. Never touches a file that exists: closing
// it would take SQLite's locks away. A failure shows when SQLite opens it.
void create_private_file(const std::filesystem::path& file) {
    const int created = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (created >= 0) ::close(created);
}

}  // namespace

query::~query() {
    sqlite3_reset(prepared_);
    sqlite3_clear_bindings(prepared_);
}

bool query::step() {
    switch (sqlite3_step(prepared_)) {
        case SQLITE_ROW:
            return true;
        case SQLITE_DONE:
            return false;
        default:
            throw failure::of(connection_);
    }
}

void database::close_connection::operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }

void database::finalize::operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }

database::database(const std::filesystem::path& file, access how) {
    if (how == access::create) {
        create_private_directory(file.parent_path());
        create_private_file(file);
    }
    sqlite3* raw = nullptr;
    const int flags =
        SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE | (how == access::create ? SQLITE_OPEN_CREATE : 0);
    errno = 0;
    const int opened = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
    connection_.reset(raw);
    try {
        if (opened != SQLITE_OK) throw raw == nullptr ? failure(opened, sqlite3_errstr(opened)) : failure::of(raw);
        sqlite3_busy_timeout(raw, busy_timeout_ms);
        execute(settings);
        execute(how == access::read ? "PRAGMA query_only=ON; PRAGMA cache_size=-8192;" : "PRAGMA cache_size=-32768;");
    } catch (const failure& e) {
        throw cannot_open(file, e, raw == nullptr ? 0 : sqlite3_system_errno(raw));
    }
}

database::~database() { statements_.clear(); }

sqlite3_stmt* database::prepare(sql s) {
    auto& kept = statements_[s.text()];
    if (!kept) {
        sqlite3_stmt* raw = nullptr;
        const int done = sqlite3_prepare_v3(connection_.get(), s.text(), -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
        kept.reset(raw);
        if (done != SQLITE_OK) throw failure::of(connection_.get());
    }
    return kept.get();
}

void database::execute(const std::string& statements) {
    if (sqlite3_exec(connection_.get(), statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        throw failure::of(connection_.get());
}

std::int64_t database::last_id() const noexcept { return sqlite3_last_insert_rowid(connection_.get()); }

bool database::in_transaction() const noexcept { return sqlite3_get_autocommit(connection_.get()) == 0; }

std::vector<std::string> database::prepared() const {
    std::vector<std::string> texts;
    texts.reserve(statements_.size());
    for (const auto& [text, statement] : statements_) texts.emplace_back(text);
    return texts;
}

transaction::transaction(database& db, kind k) : db_(&db) {
    if (k == kind::write)
        db.change("BEGIN IMMEDIATE");
    else
        db.change("BEGIN");
}

transaction::~transaction() {
    if (db_ == nullptr || !db_->in_transaction()) return;
    try {
        db_->change("ROLLBACK");
    } catch (const failure&) {
        // The connection's next BEGIN fails too and says why.
    }
}

void transaction::commit() {
    db_->change("COMMIT");
    db_ = nullptr;
}

}  // namespace madang::storage::sqlite

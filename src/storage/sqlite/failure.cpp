#include "sqlite/failure.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

namespace madang::storage::sqlite {

failure failure::of(sqlite3* connection) {
    const int code = sqlite3_extended_errcode(connection);
    return {code, fmt::format("SQLite {}: {}", code, sqlite3_errmsg(connection))};
}

bool failure::of_environment() const noexcept {
    switch (code()) {
        case SQLITE_CONSTRAINT:
        case SQLITE_ERROR:
        case SQLITE_MISMATCH:
        case SQLITE_MISUSE:
        case SQLITE_RANGE:
        case SQLITE_TOOBIG:
            return false;
        default:
            return true;
    }
}

error failure::as_error() const {
    if (of_environment()) return retry_later(errc::unavailable, std::chrono::seconds{1});
    return errc::internal;
}

}  // namespace madang::storage::sqlite

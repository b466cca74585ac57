// A call of SQLite that failed. Thrown inside this module alone and turned into errc at its two doors: the writer and the
// readers.
#pragma once

#include "madang/base/result.hpp"

#include <stdexcept>
#include <string>

struct sqlite3;

namespace madang::storage::sqlite {

class failure : public std::runtime_error {
public:
    failure(int extended_code, const std::string& what) : std::runtime_error(what), code_(extended_code) {}
    // What the connection says of its last call.
    [[nodiscard]] static failure of(sqlite3* connection);

    [[nodiscard]] int code() const noexcept { return code_ & 0xff; }
    [[nodiscard]] int extended_code() const noexcept { return code_; }

    // The disk, the memory, another process: nothing that the statement could help, so its neighbours fail alike. The
    // rest (a constraint, a mistake of ours) is the fault of one piece of work.
    [[nodiscard]] bool of_environment() const noexcept;

    // `unavailable` for the environment's failures, otherwise `internal`.
    [[nodiscard]] error as_error() const;

private:
    int code_;
};

}  // namespace madang::storage::sqlite

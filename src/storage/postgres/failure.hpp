// A statement or a connection that failed. Thrown inside this module alone and turned into errc at its doors: read() and
// transact() (work.hpp), and the lanes.
#pragma once

#include "madang/base/result.hpp"

#include <stdexcept>
#include <string>
#include <string_view>

namespace madang::storage::postgres {

class failure : public std::runtime_error {
public:
    // `sqlstate`: five characters (PostgreSQL, appendix A); empty when the connection was lost or never there.
    failure(std::string sqlstate, const std::string& what) : std::runtime_error(what), sqlstate_(std::move(sqlstate)) {}
    [[nodiscard]] static failure connection_lost(std::string_view why);
    // A mistake in a piece of work of ours.
    [[nodiscard]] static failure of_ours(std::string_view what);
    // A queue of ours is full; nothing was done.
    [[nodiscard]] static failure queue_full();

    [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

    // The server, its disk, its locks, the way to it: nothing that the statement could help, so its neighbours fail alike. The
    // rest (a constraint, a value, a mistake of ours) is the fault of one piece of work.
    [[nodiscard]] bool of_environment() const noexcept;
    // Nothing was done, and the same work may succeed at once: a deadlock, a serialization failure, a lock that took too long.
    [[nodiscard]] bool of_contention() const noexcept;
    // The connection is gone: what was under way may have been committed.
    [[nodiscard]] bool of_connection() const noexcept;

    // `unavailable` for the environment's failures, `too_busy` for a full queue, otherwise `internal`.
    [[nodiscard]] error as_error() const;

private:
    std::string sqlstate_;
    bool queue_full_ = false;
};

}  // namespace madang::storage::postgres

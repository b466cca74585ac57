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
    // Somebody else was faster, and nothing was done: the same work succeeds when it begins anew.
    [[nodiscard]] static failure overtaken(std::string_view how);
    // More was asked of us than we get done: a full queue, too long a wait for one's turn. Nothing was done.
    [[nodiscard]] static failure too_busy(std::string_view what);
    // The same failure, and the connection is gone with it: what was under way may have been committed all the same. (A server
    // whose disk fails while it commits says so, panics, and may find the commit in its log when it starts again.)
    [[nodiscard]] failure and_lost() const;

    [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

    // The server, its disk, its locks, the way to it: nothing that the statement could help, so its neighbours fail alike. The
    // rest (a constraint, a value, a mistake of ours) is the fault of one piece of work.
    [[nodiscard]] bool of_environment() const noexcept;
    // Something that we may not do, such as write to one of the tables, or the server to its disk.
    [[nodiscard]] bool of_rights() const noexcept { return sqlstate_ == "42501" && !lost_; }
    // Nothing was done, and the same work may succeed at once: a deadlock, a serialization failure, a lock that took too long.
    [[nodiscard]] bool of_contention() const noexcept;
    // Somebody has held a lock for too long.
    [[nodiscard]] bool of_lock() const noexcept { return sqlstate_ == "55P03" && !lost_; }
    // The connection is gone: what was under way may have been committed.
    [[nodiscard]] bool of_connection() const noexcept;
    [[nodiscard]] bool of_load() const noexcept { return too_busy_; }
    // Others will meet it, too: the environment, but for contention and our own load.
    [[nodiscard]] bool of_outage() const noexcept { return of_environment() && !of_contention() && !too_busy_; }

    // `too_busy` for our own load, `unavailable` for the environment's failures, otherwise `internal`.
    [[nodiscard]] error as_error() const;

private:
    std::string sqlstate_;
    bool too_busy_ = false;
    bool lost_ = false;
};

}  // namespace madang::storage::postgres

// A server that took over from another one has a new timeline, and may lack the last transactions of the old one: positions that
// clients hold are void (design, chapter 1). Likewise after a recovery to an earlier point in time.
#pragma once

#include "madang/base/clock.hpp"

#include <libpq-fe.h>

#include <atomic>
#include <cstdint>

namespace madang::storage::postgres {

// PostgreSQL, "Timelines": each server that takes over, and each recovery to a point in time, takes a greater number.
using server_timeline = std::uint32_t;

// Of the server at the other end, on a connection that is not in pipeline mode; 0 where it is a standby. Blocks until `end` at
// most; throws failure.
[[nodiscard]] server_timeline timeline_of(PGconn* c, steady_time end);

// Compares it with the one that `meta` knows, and gives the database a new epoch when it is another one. The server has to be one
// that can write. Blocks until `end` at most; throws failure.
void notice_failover(PGconn* c, steady_time end);

// The greatest timeline that this node has met. A server with a smaller one is neither read nor written to any more: another one
// has taken over from it, and it goes on all the same, cut off or started by mistake. Thread-safe.
class newest_timeline {
public:
    void see(server_timeline t) noexcept {
        for (auto known = newest_.load(); known < t && !newest_.compare_exchange_weak(known, t);) {
        }
    }
    [[nodiscard]] bool is_past(server_timeline t) const noexcept { return t != 0 && t < newest_.load(std::memory_order_relaxed); }

private:
    std::atomic<server_timeline> newest_{0};
};

// Ids that the lost transactions gave are in tokens and clients, and must not be given to others: so many are passed over. One
// statement. A role that may write to the tables and not to their sequences gives ids all the same, and passes over none.
inline constexpr const char* pass_over_ids =
    "SELECT count(nextval(s)) FROM (SELECT s FROM (SELECT pg_get_serial_sequence(t, 'id')::regclass AS s "
    "FROM unnest(ARRAY['users', 'sessions', 'rooms']) t) all_of_them WHERE has_sequence_privilege(s, 'USAGE, UPDATE') OFFSET 0) "
    "given, generate_series(1, 20000)";

}  // namespace madang::storage::postgres

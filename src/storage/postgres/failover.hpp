// A server that took over from another one has a new timeline, and may lack the last transactions of the old one: positions that
// clients hold are void (design, chapter 1). Likewise after a recovery to an earlier point in time.
#pragma once

#include "madang/base/clock.hpp"

#include <libpq-fe.h>

namespace madang::storage::postgres {

// Compares the server's timeline with the one that `meta` knows, and gives the database a new epoch when it is another one. On a
// connection that is not in pipeline mode, to a server that can write. Blocks until `end` at most; throws failure.
void notice_failover(PGconn* c, steady_time end);

// Ids that the lost transactions gave are in tokens and clients, and must not be given to others: so many are passed over. One
// statement. A role that may write to the tables and not to their sequences gives ids all the same, and passes over none.
inline constexpr const char* pass_over_ids =
    "SELECT count(nextval(s)) FROM (SELECT s FROM (SELECT pg_get_serial_sequence(t, 'id')::regclass AS s "
    "FROM unnest(ARRAY['users', 'sessions', 'rooms']) t) all_of_them WHERE has_sequence_privilege(s, 'USAGE, UPDATE') OFFSET 0) "
    "given, generate_series(1, 20000)";

}  // namespace madang::storage::postgres

// A server that took over from another one has a new timeline, and may lack the last transactions of the old one: positions that
// clients hold are void (design, chapter 1). Likewise after a recovery to an earlier point in time.
#pragma once

#include <libpq-fe.h>

namespace madang::storage::postgres {

// Compares the server's timeline with the one that `meta` knows, and gives the database a new epoch when it is another one. On a
// connection that is not in pipeline mode, to a server that can write. Blocks; throws failure.
void notice_failover(PGconn* c);

}  // namespace madang::storage::postgres

// The connection URL as libpq reads it (PostgreSQL, "Connection URIs"), and what it comes to.
#pragma once

#include <libpq-fe.h>

#include <string>
#include <utility>
#include <vector>

namespace madang::storage::postgres {

// Keywords and values of a connection (PostgreSQL, "Parameter Key Words").
using conninfo = std::vector<std::pair<std::string, std::string>>;

// Throws failure where libpq cannot read it, or would read half of a password as something else and name it. The failure says
// what to do, and names no part of it.
void check_url(const std::string& url);

// What the connection was made with, once for each server named in it: for others to one server alone. A name with several
// addresses is one.
[[nodiscard]] std::vector<conninfo> one_by_one(PGconn* c);

}  // namespace madang::storage::postgres

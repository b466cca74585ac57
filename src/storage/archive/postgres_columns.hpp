// An archive's values in PostgreSQL's parameters and rows.
#pragma once

#include "archive/tables.hpp"
#include "postgres/parameters.hpp"
#include "postgres/rows.hpp"

namespace madang::storage::archive {

// As a statement casts to it: "bigint".
[[nodiscard]] std::string_view type_name(column_type type) noexcept;

// One value of a key.
void add_key(postgres::parameters& p, const value& v);
// One column of many rows, as an array; bytes in hexadecimal (for decode()), because `parameters` has no arrays of bytes and few
// columns are any.
void add_column(postgres::parameters& p, column_type type, std::span<const record> all, std::size_t at);

[[nodiscard]] value value_in(const postgres::row& r, int at, column_type type);

}  // namespace madang::storage::archive

// What an archive holds: one table of tables and columns for both directions and both databases. A test compares it with the
// schemas, so that a new column cannot be forgotten.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace madang::storage::archive {

enum class column_type { integer, boolean, text, time, bytes };

struct column {
    std::string_view name;  // in the file
    column_type type = column_type::integer;
    std::string_view sqlite;
    std::string_view postgres;
    bool nullable = false;
};

struct table {
    std::string_view name;  // in the file and in both databases
    std::span<const column> columns;
    std::size_t key = 1;     // so many columns, the first ones, are the primary key; rows stand in its order
    bool gives_ids = false;  // PostgreSQL counts its ids
};

// In the order of the file: what a row refers to stands before it.
[[nodiscard]] std::span<const table> tables() noexcept;

// The first `count` columns as one of the databases calls them (&column::sqlite, &column::postgres): "id", "username".
[[nodiscard]] std::string names_of(const table& t, std::string_view column::*which, std::size_t count);

// Of a schema, but not of an archive: facts about one database, and its steps.
inline constexpr std::string_view left_out[] = {"meta", "migrations"};
// A column of PostgreSQL's alone, and its table: what its default says is true of imported rows.
inline constexpr std::string_view left_to_default[] = {"rooms", "guarded"};

// NULL; integers, booleans (0 and 1) and times (milliseconds since 1970); text and bytes as they are. Of two keys the smaller
// variant is the one that both databases put first: numbers by value, text and bytes by their bytes.
using value = std::variant<std::monostate, std::int64_t, std::string>;
using record = std::vector<value>;

// Of each table, in the order of tables().
using counts = std::vector<std::int64_t>;

}  // namespace madang::storage::archive

// The table of tables against the schemas: a column that a migration adds, and nobody exports, would be lost in every backup.
#include "archive/tables.hpp"

#include "moving.hpp"
#include "postgres/connector.hpp"
#include "sqlite/database.hpp"

#include <map>

using namespace madang;
using namespace madang::test;
using namespace madang::storage;
using archive::column_type;

namespace {

struct column_there {
    std::string type;
    bool nullable = false;
    int key = 0;  // its place in the primary key, from 1
    bool operator==(const column_there&) const = default;
};
using schema = std::map<std::string, std::map<std::string, column_there>>;

std::string sqlite_type(column_type t) { return t == column_type::text ? "TEXT" : t == column_type::bytes ? "BLOB" : "INTEGER"; }

std::string postgres_type(column_type t) {
    switch (t) {
        case column_type::integer:
            return "integer";
        case column_type::boolean:
            return "boolean";
        case column_type::text:
            return "text";
        case column_type::time:
            return "timestamp with time zone";
        case column_type::bytes:
            return "bytea";
    }
    return "";
}

schema described(std::string_view archive::column::*name, std::string (*type)(column_type)) {
    schema all;
    for (const auto& t : archive::tables())
        for (std::size_t i = 0; i < t.columns.size(); ++i)
            all[std::string{t.name}][std::string{t.columns[i].*name}] = {type(t.columns[i].type), t.columns[i].nullable,
                                                                         i < t.key ? static_cast<int>(i) + 1 : 0};
    return all;
}

schema without_left_out(schema all) {
    for (const auto name : archive::left_out) REQUIRE(all.erase(std::string{name}) == 1);
    return all;
}

schema in_sqlite() {
    const temporary_directory directory;
    migrate(directory / "madang.db", source_migrations(), archive_time);
    sqlite::database db{directory / "madang.db", sqlite::database::access::read};
    schema all;
    auto rows = db.run(
        "SELECT t.name, c.name, c.type, c.\"notnull\", c.pk FROM sqlite_schema t, pragma_table_info(t.name) c "
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'");
    while (rows.step())
        all[rows.get<std::string>(0)][rows.get<std::string>(1)] = {rows.get<std::string>(2), !rows.get<bool>(3),
                                                                   rows.get<int>(4)};
    return all;
}

postgres::rows ask_postgres(const std::string& text) {
    const auto url = postgres_server::shared().migrated_database();
    return postgres::run_now(postgres::connector{url.text, std::chrono::seconds{20}}.open_now(postgres::use::reading).get(),
                             text);
}

schema in_postgres() {
    schema all;
    for (const auto r : ask_postgres(
             "SELECT c.table_name::text, c.column_name::text, CASE WHEN c.data_type IN ('bigint', 'smallint') THEN 'integer' "
             "ELSE "
             "c.data_type::text END, c.is_nullable = 'YES', coalesce((SELECT k.ordinal_position::bigint FROM "
             "information_schema.table_constraints p JOIN information_schema.key_column_usage k USING (constraint_name, "
             "table_name) "
             "WHERE p.constraint_type = 'PRIMARY KEY' AND p.table_name = c.table_name AND k.column_name = c.column_name), 0) "
             "FROM information_schema.columns c WHERE c.table_schema = 'public'"))
        all[r.get<std::string>(0)][r.get<std::string>(1)] = {r.get<std::string>(2), r.get<bool>(3), r.get<int>(4)};
    return all;
}

}  // namespace

TEST_CASE("an archive holds every column of every table of SQLite's schema but the facts about one database") {
    REQUIRE(described(&archive::column::sqlite, sqlite_type) == without_left_out(in_sqlite()));
}

TEST_CASE("and of PostgreSQL's, but for what is looked at anew in each database") {
    auto there = without_left_out(in_postgres());
    REQUIRE(there[std::string{archive::left_to_default[0]}].erase(std::string{archive::left_to_default[1]}) == 1);
    REQUIRE(described(&archive::column::postgres, postgres_type) == there);
}

TEST_CASE("the tables whose ids PostgreSQL counts are those that are counted on after an import") {
    std::set<std::string> counted;
    for (const auto r : ask_postgres("SELECT table_name::text FROM information_schema.columns WHERE is_identity = 'YES'"))
        counted.insert(r.get<std::string>(0));
    std::set<std::string> known;
    for (const auto& t : archive::tables())
        if (t.gives_ids) known.insert(std::string{t.name});
    REQUIRE(known == counted);
}

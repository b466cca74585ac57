#include "madang/storage/migrations.hpp"

#include "files.hpp"
#include "sqlite/rooms.hpp"

#include <sys/stat.h>

#include <fstream>

#include "catch.hpp"
#include "manual_clock.hpp"

using namespace madang;
using namespace madang::test;
using Catch::Matchers::Contains;
using storage::migrate;
using storage::migration;
using storage::migration_error;
using storage::plan;
using storage::storage_error;
using list = std::vector<std::string>;

namespace {

const migration first{1, "0001_first", "CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;"};
const migration second{2, "0002_second", "CREATE TABLE b (x INTEGER); INSERT INTO b VALUES (1);"};
const migration broken{2, "0002_broken", "CREATE TABLE b (x INTEGER); CREATE TABLE b (x INTEGER);"};
const manual_clock now;

std::string epoch_in(const std::filesystem::path& file) {
    storage::sqlite::database db{file, storage::sqlite::database::access::read};
    return storage::sqlite::epoch_of(db).value_or("");
}

int rights(const std::filesystem::path& path) {
    struct stat found {};
    ::stat(path.c_str(), &found);
    return static_cast<int>(found.st_mode & 0777U);
}

}  // namespace

TEST_CASE("the source tree's migrations make a database, once") {
    const temporary_directory dir;
    const auto file = dir / "new/deep/madang.db";
    const auto& steps = source_migrations();
    REQUIRE(plan(file, steps).missing.size() == steps.size());
    REQUIRE_FALSE(std::filesystem::exists(file));
    REQUIRE(migrate(file, steps, now).size() == steps.size());
    REQUIRE(plan(file, steps).missing.empty());
    REQUIRE_FALSE(plan(file, steps).is_newer);
    const auto epoch = epoch_in(file);
    REQUIRE(migrate(file, steps, now).empty());
    REQUIRE(epoch_in(file) == epoch);
}

TEST_CASE("the directory and the database are closed to everybody else") {
    const temporary_directory dir;
    migrate(dir / "data/madang.db", source_migrations(), now);
    REQUIRE(rights(dir / "data") == 0700);
    REQUIRE(rights(dir / "data/madang.db") == 0600);
}

TEST_CASE("what is missing is planned and applied in order, and gives no second epoch") {
    const temporary_directory dir;
    const auto file = dir / "madang.db";
    REQUIRE(migrate(file, std::vector{first}, now) == list{"0001_first"});
    const auto epoch = epoch_in(file);
    REQUIRE(epoch.size() == 12);
    const std::vector both{first, second};
    REQUIRE(plan(file, both).missing == list{"0002_second"});
    REQUIRE(migrate(file, both, now) == list{"0002_second"});
    REQUIRE(epoch_in(file) == epoch);
}

TEST_CASE("two databases have different epochs") {
    const temporary_directory dir;
    migrate(dir / "a.db", source_migrations(), now);
    migrate(dir / "b.db", source_migrations(), now);
    REQUIRE(epoch_in(dir / "a.db") != epoch_in(dir / "b.db"));
}

TEST_CASE("a step that fails is undone whole and can be repeated") {
    const temporary_directory dir;
    const auto file = dir / "madang.db";
    REQUIRE_THROWS_WITH(migrate(file, std::vector{first, broken}, now), Contains("0002_broken") && Contains("undone"));
    REQUIRE(plan(file, std::vector{first, second}).missing == list{"0002_second"});
    REQUIRE(migrate(file, std::vector{first, second}, now).size() == 1);
}

TEST_CASE("a schema one step newer is worked with, and a still newer one refused") {
    const temporary_directory dir;
    const auto file = dir / "madang.db";
    migrate(file, std::vector{first, second}, now);
    REQUIRE(plan(file, std::vector{first}).missing.empty());
    REQUIRE(plan(file, std::vector{first}).is_newer);
    REQUIRE(migrate(file, std::vector{first}, now).empty());
    migration third = second;
    third.version = 3;
    third.name = "0003_third";
    third.sql = "CREATE TABLE third (x INTEGER);";
    migrate(file, std::vector{first, second, third}, now);
    REQUIRE_THROWS_WITH(migrate(file, std::vector{first}, now), Contains("newer") && Contains("0003_third"));
}

TEST_CASE("a changed step and a gap are refused in one line") {
    const temporary_directory dir;
    const auto file = dir / "madang.db";
    migrate(file, std::vector{first, second}, now);
    migration changed = first;
    changed.sql = "CREATE TABLE other (x INTEGER);";
    REQUIRE_THROWS_WITH(plan(file, std::vector{changed, second}), Contains("0001_first") && Contains("differs"));
    REQUIRE_THROWS_AS(migrate(file, std::vector{changed, second}, now), migration_error);
    REQUIRE_THROWS_WITH(plan(file, std::vector{second}), Contains("contiguous"));
    {
        storage::sqlite::database db{file, storage::sqlite::database::access::write};
        db.execute("DELETE FROM migrations WHERE version = 1");
    }
    REQUIRE_THROWS_WITH(plan(file, std::vector{first, second}), Contains("lacks") && Contains("0001_first"));
}

TEST_CASE("what is no database, or cannot be reached, is said with a way out") {
    const temporary_directory dir;
    std::ofstream(dir / "text.db") << std::string(5000, 'x');
    REQUIRE_THROWS_WITH(migrate(dir / "text.db", source_migrations(), now), Contains("not a SQLite database"));
    REQUIRE_THROWS_WITH(plan(dir / "text.db", source_migrations()), Contains("not a SQLite database"));
    REQUIRE_THROWS_WITH(migrate(dir / "text.db/madang.db", source_migrations(), now), Contains("cannot create the directory"));
    std::filesystem::create_directory(dir / "directory.db");
    REQUIRE_THROWS_WITH(migrate(dir / "directory.db", source_migrations(), now), Contains("cannot open"));
}

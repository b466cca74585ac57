// Opening and locking.
#include "files.hpp"
#include "madang/storage/database_lock.hpp"
#include "madang/storage/sqlite_store.hpp"
#include "sqlite/database.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "manual_clock.hpp"
#include "run_task.hpp"

using namespace madang;
using namespace madang::test;
using Catch::Matchers::Contains;
using storage::sqlite::database;

namespace {

const manual_clock some_time;

storage::sqlite_options options_for(const std::filesystem::path& file) {
    storage::sqlite_options options;
    options.file = file;
    return options;
}

std::string setting(database& db, storage::sqlite::sql pragma) {
    auto row = db.run(pragma);
    row.step();
    return row.get<std::string>(0);
}

}  // namespace

TEST_CASE("a second server on the same database is refused, and a dead one's lock is free") {
    const temporary_directory dir;
    const auto file = dir / "data/madang.db";
    {
        const storage::database_lock mine{file};
        REQUIRE_THROWS_WITH(storage::database_lock{file}, Contains("another madang") && Contains(std::to_string(::getpid())));
    }
    const storage::database_lock again{file};
}

TEST_CASE("the lock of a process that is killed is free at once") {
    const temporary_directory dir;
    const auto file = dir / "madang.db";
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    const auto child = ::fork();
    if (child == 0) {
        const storage::database_lock held{file};
        (void)!::write(ready[1], "x", 1);
        ::pause();
        ::_exit(0);
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    REQUIRE_THROWS_AS(storage::database_lock{file}, storage::storage_error);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const storage::database_lock free{file};
}

TEST_CASE("a store needs a database that was migrated") {
    const temporary_directory dir;
    REQUIRE_THROWS_WITH(storage::sqlite_store(options_for(dir / "none.db"), some_time), Contains("cannot open"));
    database empty{dir / "empty.db", database::access::create};
    REQUIRE_THROWS_WITH(storage::sqlite_store(options_for(dir / "empty.db"), some_time), Contains("madang migrate"));
}

TEST_CASE("connections write ahead, sync every commit and keep foreign keys") {
    const temporary_directory dir;
    migrate(dir / "madang.db", source_migrations(), some_time);
    for (const auto how : {database::access::write, database::access::read}) {
        database db{dir / "madang.db", how};
        REQUIRE(setting(db, "PRAGMA journal_mode") == "wal");
        REQUIRE(setting(db, "PRAGMA synchronous") == "2");
        REQUIRE(setting(db, "PRAGMA foreign_keys") == "1");
        REQUIRE(setting(db, "PRAGMA query_only") == (how == database::access::read ? "1" : "0"));
    }
}

TEST_CASE("a store that was stopped answers unavailable, and leaves one file") {
    const temporary_directory dir;
    migrate(dir / "madang.db", source_migrations(), some_time);
    io_thread io;
    {
        storage::sqlite_store store{options_for(dir / "madang.db"), some_time};
        domain::new_user u;
        u.username = "sora";
        REQUIRE(io.run(store.accounts().create_user(u)).has_value());
        store.stop();
        REQUIRE(io.run(store.accounts().create_user(u)).error().code == errc::unavailable);
        REQUIRE(io.run(store.accounts().find_user(user_id{1})).error().code == errc::unavailable);
    }
    REQUIRE_FALSE(std::filesystem::exists(dir / "madang.db-wal"));
    storage::sqlite_store store{options_for(dir / "madang.db"), some_time};
    REQUIRE(io.run(store.accounts().find_user_by_name("sora")).has_value());
}

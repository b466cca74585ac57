// There and back again: the lines are the same, whichever database they came from.
#include "moving.hpp"

#include "archive/text_values.hpp"

#include <sys/stat.h>

using namespace madang;
using namespace madang::test;
using namespace madang::storage;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("SQLite to a file to PostgreSQL to a file and home again: the same lines") {
    const temporary_directory dir;
    moving_place embedded{false};
    moving_place production{true};
    moving_place home{false};
    embedded.fill(6200);  // several pages, and several transactions
    const auto first = exported(embedded.place(), dir / "1");
    const auto moved = imported(production.place(), dir / "1");
    REQUIRE(moved.rows == 6200 + 1 + 20);
    REQUIRE(moved.epoch == epoch_of(production.place()));
    const auto second = exported(production.place(), dir / "2");
    imported(home.place(), dir / "2");
    const auto third = exported(home.place(), dir / "3");
    REQUIRE(body(first) == body(second));
    REQUIRE(body(first) == body(third));
    REQUIRE(lines_of(first).size() == 6200 + 1 + 20 + 2);
    REQUIRE(std::set{epoch_of(embedded.place()), epoch_of(production.place()), epoch_of(home.place())}.size() == 3);
}

TEST_CASE("ids that are given after an import are new") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place from{false};
    from.fill();
    exported(from.place(), dir / "all");
    moving_place to{postgres};
    imported(to.place(), dir / "all");
    to.open_store();
    const std::string when = postgres ? "now()" : "1";
    const std::string user = postgres ? "user_id" : "\"user\"";
    to.execute(
        "INSERT INTO users (username, display_name, password_hash, locale, role, created_at) VALUES ('new', '', '', '', "
        "'user', " +
        when + ")");
    REQUIRE(to.number("SELECT id FROM users WHERE username = 'new'") == 4);
    to.execute("INSERT INTO sessions (" + user +
               ", device, address, created_at, last_used_at, expires_at, rotated_at) VALUES (1, 'new', '', " + when + ", " +
               when + ", " + when + ", " + when + ")");
    REQUIRE(to.number("SELECT id FROM sessions WHERE device = 'new'") == 10);
}

TEST_CASE("access tokens of before a restore are void, because the ids in them may be given again; a move keeps them") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place from{false};
    from.fill();
    exported(from.place(), dir / "all");
    const auto valid_after = [&](import_mode how) {
        moving_place to{postgres};
        imported(to.place(), dir / "all", how);
        return to.number("SELECT count(*) FROM signing_keys WHERE NOT revoked");
    };
    REQUIRE(valid_after(import_mode::into_empty) == 1);
    REQUIRE(valid_after(import_mode::restore) == 0);
    REQUIRE(valid_after(import_mode::replace) == 0);
}

TEST_CASE("ids that were given before a replacement are not given again") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place place{postgres};
    place.fill();
    exported(place.place(), dir / "all");
    const std::string when = postgres ? "now()" : "1";
    const std::string user = postgres ? "user_id" : "\"user\"";
    const auto sign_in = "INSERT INTO sessions (" + user +
                         ", device, address, created_at, last_used_at, expires_at, rotated_at) VALUES "
                         "(1, 'new', '', " +
                         when + ", " + when + ", " + when + ", " + when + ")";
    place.execute(sign_in);
    imported(place.place(), dir / "all", import_mode::replace);
    place.execute(sign_in);
    REQUIRE(place.number("SELECT id FROM sessions WHERE device = 'new'") > 10);
}

TEST_CASE("an export shows one moment, whatever is written meanwhile") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place place{postgres};
    place.fill();
    const auto before = exported(place.place(), dir / "before");
    std::vector<std::string> seen;
    const auto while_writing = [&](const archive_progress& p) {
        if (p.rows == 0) seen.emplace_back(p.table);
        if (p.table == "users" && p.rows == 0) place.execute("UPDATE rooms SET name = 'renamed'");
        if (p.table == "members" && p.rows == 0) place.execute("DELETE FROM reactions");
    };
    export_archive(place.place(), dir / "after", export_mode::anew, {"test", while_writing}, archive_time);
    REQUIRE(contents(dir / "after") == before);
    REQUIRE(seen.size() == 10);
    REQUIRE(place.number("SELECT count(*) FROM reactions") == 0);
}

TEST_CASE("a backup is complete and closed to others, or not there, and overwrites nothing") {
    const temporary_directory dir;
    moving_place place{false};
    place.fill();
    write(dir / "b.part", "what a killed backup left behind, longer than nothing");
    REQUIRE(back_up(place.place(), dir / "b", {"test", {}}, archive_time).rows == 33);
    REQUIRE(contents(dir / "b") == exported(place.place(), dir / "e"));
    REQUIRE_FALSE(std::filesystem::exists(dir / "b.part"));
    for (const auto* name : {"b", "e"}) {
        struct stat there {};
        REQUIRE(::stat((dir / name).c_str(), &there) == 0);
        REQUIRE((there.st_mode & 0777) == 0600);
    }
    const auto first = contents(dir / "b");
    REQUIRE_THROWS_WITH(back_up(place.place(), dir / "b", {"test", {}}, archive_time), Contains("exists"));
    REQUIRE_THROWS_WITH(exported(place.place(), dir / "e"), Contains("exists"));
    REQUIRE(contents(dir / "b") == first);
    const auto fails = [](const archive_progress& p) {
        if (p.table == "events") throw storage_error("the disk is full");
    };
    REQUIRE_THROWS_WITH(back_up(place.place(), dir / "c", {"test", fails}, archive_time), "the disk is full");
    REQUIRE_FALSE(std::filesystem::exists(dir / "c"));
    REQUIRE_FALSE(std::filesystem::exists(dir / "c.part"));
}

TEST_CASE("a new epoch is another one, and stays") {
    const bool postgres = EACH_PLACE;
    moving_place place{postgres};
    const auto first = epoch_of(place.place());
    REQUIRE(first.size() == 12);
    const auto second = renew_epoch(place.place());
    REQUIRE(second != first);
    REQUIRE(epoch_of(place.place()) == second);
}

TEST_CASE("times and bytes have one text each") {
    using namespace storage::archive;
    for (const std::int64_t n : {0LL, 1LL, -1LL, 1'795'336'200'123LL, -2'208'988'800'000LL, 253'402'300'799'999LL}) {
        const timestamp t{std::chrono::milliseconds{n}};
        REQUIRE(from_rfc3339(to_rfc3339(t)) == t);
    }
    for (const auto* bad :
         {"", "2026-11-22T08:30:00Z", "2026-02-30T08:30:00.123Z", "2026-11-22T24:00:00.000Z", "2026-11-22 08:30:00.123Z",
          "2026-11-22T08:30:00.12xZ", "2026-11-22T08:30:00.123+", "2026-11-22T08:60:00.123Z"})
        REQUIRE_FALSE(from_rfc3339(bad));
    for (const std::string_view bytes :
         {std::string_view{}, std::string_view{"\0", 1}, std::string_view{"\xff\x00z", 3}, std::string_view{"four"}})
        REQUIRE(from_base64(to_base64(bytes)) == bytes);
    for (const auto* bad : {"A", "AA", "AAA", "A===", "====", "AB==", "AA==\n", " AAAA", "A-_A", "AAAA=AAA"})
        REQUIRE_FALSE(from_base64(bad));
}

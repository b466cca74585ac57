// What was cut goes on where it was: the file of an export, and an import.
#include "moving.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::storage;
using Catch::Matchers::Contains;

namespace {

archive_summary resumed(const database_place& from, const std::filesystem::path& file) {
    return export_archive(from, file, export_mode::resume, {"test", {}}, archive_time);
}

// Behind the first line: at its end, in the midst of lines, at line ends, one byte before the end.
std::vector<std::size_t> cuts(const std::string& text, std::size_t step) {
    std::vector<std::size_t> all;
    for (std::size_t at = text.find('\n') + 1; at < text.size(); at += step) all.push_back(at);
    for (std::size_t end = text.find('\n'); end != std::string::npos && end + 1 < text.size(); end = text.find('\n', end + 1))
        all.push_back(end + 1);
    all.push_back(text.size() - 1);
    return all;
}

}  // namespace

TEST_CASE("an export that was cut anywhere is completed to the same bytes") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place place{postgres};
    place.fill();
    const auto whole = exported(place.place(), dir / "whole");
    for (const auto at : cuts(whole, postgres ? 997 : 61)) {
        INFO("cut at byte " << at);
        write(dir / "cut", whole.substr(0, at));
        const auto done = resumed(place.place(), dir / "cut");
        REQUIRE(done.rows == 33);
        REQUIRE(done.earlier <= 33);
        REQUIRE(contents(dir / "cut") == whole);
    }
    REQUIRE(resumed(place.place(), dir / "whole").earlier == 33);
    REQUIRE(contents(dir / "whole") == whole);
}

TEST_CASE("an export is only resumed where its rows fit to those that follow") {
    const temporary_directory dir;
    moving_place place{false};
    place.fill();
    const auto whole = exported(place.place(), dir / "whole");
    const auto cut = whole.substr(0, whole.size() / 2);
    const auto refused = [&](const std::string& text, const std::string& says) {
        write(dir / "cut", text);
        REQUIRE_THROWS_WITH(resumed(place.place(), dir / "cut"), Contains(says));
        REQUIRE(contents(dir / "cut") == text);
    };
    refused("", "no whole line");
    refused(whole.substr(0, whole.find('\n')), "no whole line");
    refused("hello\n", "cut:1: is no JSON");
    refused(cut + "\n", "is no JSON");
    REQUIRE_THROWS_WITH(resumed(place.place(), dir / "none"), Contains("none: No such file"));
    REQUIRE_THROWS_WITH(resumed(place.place(), "-"), Contains("standard output"));

    // A read mark moves and nothing comes or goes; then a message comes.
    place.execute("UPDATE members SET read_ordinal = 5 WHERE room = 1");
    write(dir / "cut", cut);
    resumed(place.place(), dir / "cut");
    place.execute("INSERT INTO events (room, seq, kind, author, created_at, key) VALUES (1, 99, 1, 1, 1, 'x')");
    refused(cut, "the events of the database have changed since");
    place.execute("DELETE FROM events WHERE seq = 99");
    // As many sessions as before, but another one.
    place.execute("UPDATE sessions SET id = 11 WHERE id = 9");
    refused(cut, "the sessions of the database have changed since");
    place.execute("UPDATE sessions SET id = 9 WHERE id = 11");
    renew_epoch(place.place());
    refused(cut, "earlier history");
}

TEST_CASE("an export that was cut before its rooms is not completed with contacts or tokens of another moment") {
    const bool postgres = EACH_PLACE;
    const auto* const user = postgres ? "user_id" : "user";
    const auto* const other = postgres ? "other_id" : "other";
    const temporary_directory dir;
    moving_place place{postgres};
    place.fill();
    place.execute(  // more than a page
        "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) INSERT INTO users "
        "(id, username, display_name, password_hash, locale, role, created_at) SELECT i, 'crowd' || i, '', '', locale, role, "
        "created_at FROM n, users WHERE id = 1");
    // Another friend of 1.
    const auto instead_of = [&](int one, int another) {
        place.execute(fmt::format("UPDATE contacts SET {} = {} WHERE {} = 1", other, another, user));
        place.execute(fmt::format("UPDATE contacts SET {0} = {1} WHERE {0} = {2}", user, another, one));
    };
    instead_of(2, 3);
    const auto whole = exported(place.place(), dir / "whole");
    const auto behind = [&](std::string_view begin) { return whole.substr(0, whole.find('\n', whole.rfind(begin)) + 1); };
    const auto refused = [&](const std::string& text) {
        write(dir / "cut", text);
        REQUIRE_THROWS_WITH(resumed(place.place(), dir / "cut"), Contains("cut") && Contains("export anew"));
        REQUIRE(contents(dir / "cut") == text);
    };
    const auto half_of_contacts = behind(R"({"table":"contacts","user":1)");
    const auto sessions_alone = behind(R"({"table":"sessions")");
    write(dir / "cut", half_of_contacts);
    resumed(place.place(), dir / "cut");
    REQUIRE(contents(dir / "cut") == whole);

    // The friendship of 1 and 3 ends, one of 1 and 2 begins: as many rows as before, and behind (1, 3) stands (2, 1).
    instead_of(3, 2);
    refused(half_of_contacts);
    refused(behind(R"({"table":"contacts")"));
    refused(behind(R"({"table":"blocks")"));
    // Cut behind all of them, they are what they were together.
    write(dir / "cut", behind(R"({"table":"rooms","id":1)"));
    resumed(place.place(), dir / "cut");
    REQUIRE(contents(dir / "cut") == whole);
    // They are not yet in the file.
    write(dir / "cut", sessions_alone);
    resumed(place.place(), dir / "cut");
    REQUIRE(body(contents(dir / "cut")) == body(exported(place.place(), dir / "now")));

    // A session takes one more token and gives up the oldest. With the session of before, the new one would look stolen.
    place.execute("UPDATE sessions SET generation = 4 WHERE id = 4");
    place.execute("UPDATE refresh_tokens SET generation = 4");
    refused(sessions_alone);
}

TEST_CASE("an import that ended anywhere goes on with the same file, and nothing else opens the database meanwhile") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place from{false};
    from.fill();
    const auto whole = exported(from.place(), dir / "whole");
    auto places = cuts(whole, 499);
    if (postgres) places = {places.front(), places[places.size() / 3], places[places.size() / 2], whole.size() - 1};
    for (const auto at : places) {
        INFO("cut at byte " << at);
        moving_place to{postgres};
        const auto epoch = epoch_of(to.place());
        write(dir / "cut", whole.substr(0, at));
        REQUIRE_THROWS_WITH(imported(to.place(), dir / "cut"), Contains("it was cut"));
        for (const auto& use : std::vector<std::function<void()>>{
                 [&] { to.open_store(); },
                 [&] { exported(to.place(), dir / "none"); },
                 [&] { (void)epoch_of(to.place()); },
                 [&] { renew_epoch(to.place()); },
                 [&] {
                     back_up(to.place(), dir / "none", {"test", {}}, archive_time);
                 },
             })
            REQUIRE_THROWS_WITH(use(), Contains("import into this database is unfinished"));
        REQUIRE_FALSE(std::filesystem::exists(dir / "none"));
        const auto done = imported(to.place(), dir / "whole");
        REQUIRE(done.rows == 33);
        to.open_store();
        REQUIRE(epoch_of(to.place()) != epoch);
        REQUIRE(body(exported(to.place(), dir / "copy")) == body(whole));
        std::filesystem::remove(dir / "copy");
    }
}

TEST_CASE("a restore that ended half-way voids tokens at its end, also where an import finishes it") {
    const bool postgres = EACH_PLACE;
    const bool begins = GENERATE(true, false);  // or goes on
    const temporary_directory dir;
    moving_place from{false};
    from.fill();
    const auto whole = exported(from.place(), dir / "whole");
    REQUIRE(from.number("SELECT count(*) FROM signing_keys WHERE NOT revoked") > 0);
    moving_place to{postgres};
    const auto cut_at = [&](std::string_view line, import_mode how) {
        write(dir / "cut", whole.substr(0, whole.find(line)));
        REQUIRE_THROWS_WITH(imported(to.place(), dir / "cut", how), Contains("it was cut"));
    };
    if (!begins) cut_at(R"({"table":"rooms")", import_mode::into_empty);
    cut_at(R"({"table":"reactions")", import_mode::restore);
    imported(to.place(), dir / "whole");
    REQUIRE(to.number("SELECT count(*) FROM signing_keys WHERE NOT revoked") == 0);
}

TEST_CASE("an import goes on behind what was committed, also in the midst of a table") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place from{false};
    from.fill(11'000);
    const auto whole = exported(from.place(), dir / "whole");
    write(dir / "cut", whole.substr(0, whole.find(R"({"table":"reactions")") - 100));
    moving_place to{postgres};
    REQUIRE_THROWS_AS(imported(to.place(), dir / "cut"), storage_error);
    REQUIRE(to.number("SELECT count(*) FROM events") == 10'000);
    REQUIRE(imported(to.place(), dir / "whole").earlier == 18 + 10'000);
    REQUIRE(body(exported(to.place(), dir / "copy")) == body(whole));
}

TEST_CASE("an unfinished import is not finished with another file; --replace begins anew with it") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place from{false};
    from.fill();
    from.execute("UPDATE signing_keys SET revoked = 1");  // as a replacement does
    const auto whole = exported(from.place(), dir / "whole");
    from.execute("DELETE FROM reactions");
    const auto other = exported(from.place(), dir / "other");
    moving_place to{postgres};
    write(dir / "cut", whole.substr(0, whole.size() / 2));
    REQUIRE_THROWS_WITH(imported(to.place(), dir / "cut"), Contains("it was cut"));
    REQUIRE_THROWS_WITH(imported(to.place(), dir / "other"), Contains("is not the file whose import"));
    imported(to.place(), dir / "other", import_mode::replace);
    REQUIRE(body(exported(to.place(), dir / "copy")) == body(other));
    // Replacing goes on where it was, too, and does not empty the database again.
    const auto stop = [](const archive_progress& p) {
        if (p.table == "events" && p.rows > 0) throw storage_error("stopped");
    };
    REQUIRE_THROWS_WITH(import_archive(to.place(), dir / "whole", import_mode::replace, stop), Contains("stopped"));
    REQUIRE(imported(to.place(), dir / "whole", import_mode::replace).earlier > 0);
    REQUIRE(body(exported(to.place(), dir / "copy2")) == body(whole));
}

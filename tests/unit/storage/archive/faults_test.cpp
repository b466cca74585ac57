// What can be wrong with a file or a database: each is one line that names the place, and nothing half passes for whole.
#include "moving.hpp"

#include "madang/storage/postgres_store.hpp"

#include "await.hpp"
#include "run_task.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::storage;
using Catch::Matchers::Contains;

namespace {

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), with);
}

// The number of the line that begins with this.
std::size_t line_with(const std::vector<std::string>& lines, const std::string& begin) {
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (lines[i].starts_with(begin)) return i;
    FAIL("there is no line " << begin);
    return 0;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

std::string said(const std::function<void()>& work) {
    try {
        work();
    } catch (const storage_error& e) {
        REQUIRE(std::string_view{e.what()}.find('\n') == std::string_view::npos);
        return e.what();
    }
    return "nothing was wrong";
}

}  // namespace

TEST_CASE("a broken file is refused with its name and the line's number, and the database stays unfinished") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place from{false};
    from.fill();
    const auto good = lines_of(exported(from.place(), dir / "good"));
    struct fault {
        std::string begin;  // of the line that is broken
        std::string what;
        std::string with;
        std::string says;
    };
    const auto user = R"({"table":"users","id":2)";
    const auto message = R"({"table":"events","room":1,"seq":4)";
    const std::vector<fault> faults{
        {user, R"("id":2)", R"("id":2,,)", "is no JSON"},
        {user, R"({"table")", R"([{"table")", "is no JSON"},
        {user, R"("user2")", "\"user\xff\"", "is no JSON"},
        {user, R"("users")", R"("people")", "there is no table \"people\""},
        {user, R"("users")", R"("blocks")", "the column user of blocks is missing"},
        {user, R"({"table":"users",)", "{", "\"table\" is missing"},
        {user, R"("locale")", R"("language")", "the column locale of users is missing"},
        {user, R"("locale")", R"("shoes":9,"locale")", "users has no column \"shoes\""},
        {user, R"("id":2)", R"("id":"2")", "the column id of users wants an integer"},
        {user, R"("id":2)", R"("id":2.0)", "the column id of users wants an integer"},
        {user, R"("id":2)", R"("id":18446744073709551615)", "the column id of users wants an integer"},
        {user, R"("id":2)", R"("id":null)", "the column id of users wants a value"},
        {user, R"("disabled":false)", R"("disabled":0)", "the column disabled of users wants true or false"},
        {user, R"("user2")", R"(7)", "the column username of users wants text"},
        {user, R"("user2")", R"("a\u0000b")", "the column username of users wants text without U+0000"},
        {user, R"("created_at":"2026-)", R"("created_at":"26-)", "the column created_at of users wants a time"},
        {R"({"table":"refresh_tokens","hash":"AAEC/wAA")", "AAEC/wAA", "AAEC/wA",
         "the column hash of refresh_tokens wants bytes"},
        {user, R"("id":2)", R"("id":1)", "the row of users stands here a second time"},
        {user, R"("id":2)", R"("id":0)", "the row of users stands behind its place"},
        {message, R"("seq":4)", R"("seq":3)", "the row of events stands here a second time"},
        {R"({"table":"reactions","room":1,"seq":2,"emoji":"👍")", "👍", "🎉", "the row of reactions stands here a second time"},
        // What only the database knows.
        {user, "user2", "user1", "the database refuses this row of users"},
        {R"({"table":"users","id":1)", "\"admin\"", "\"king\"", "the database refuses this row of users"},
        {R"({"table":"sessions","id":9)", R"("user":1)", R"("user":99)", "the database refuses this row of sessions"},
        {message, R"("key":"key3")", R"("key":"key2")", "the database refuses this row of events"},
        {R"({"end")", R"("events":13)", R"("events":14)", "there should be 14 rows of events, and there are 13"},
        {R"({"end")", R"("events":13)", R"("events":"13")", "the count of events is none"},
        {R"({"end")", "archive", "arch", "is not the end"},
    };
    for (const auto& f : faults) {
        moving_place to{postgres};
        auto lines = good;
        const auto at = line_with(lines, f.begin);
        lines[at] = replaced(lines[at], f.what, f.with);
        write(dir / "bad", joined(lines));
        INFO(f.what << " -> " << f.with);
        const auto line = said([&] { imported(to.place(), dir / "bad"); });
        CHECK_THAT(line, Contains(fmt::format("bad:{}: {}", at + 1, f.says)));
        CHECK_THAT(said([&] { to.open_store(); }), Contains("unfinished"));
        // What is mended goes on, but not behind rows that are in the database and do not fit.
        const bool refused = f.says.find("refuses") != std::string::npos;
        if (refused) CHECK_THAT(said([&] { imported(to.place(), dir / "good"); }), Contains("failed: begin anew"));
        REQUIRE(imported(to.place(), dir / "good", refused ? import_mode::replace : import_mode::into_empty).rows == 33);
        to.open_store();
    }
}

TEST_CASE("lines that are missing, moved or added are noticed") {
    const temporary_directory dir;
    moving_place from{false};
    from.fill();
    const auto good = lines_of(exported(from.place(), dir / "good"));
    const auto broken = [&](const std::function<void(std::vector<std::string>&)>& change) {
        auto lines = good;
        change(lines);
        write(dir / "bad", joined(lines));
        moving_place to{false};
        return said([&] { imported(to.place(), dir / "bad"); });
    };
    CHECK_THAT(broken([](auto& l) { l.erase(l.begin() + 20); }), Contains("bad:34: there should be"));
    CHECK_THAT(broken([](auto& l) { l.pop_back(); }), Contains("bad:34: the archive ends behind this line, it was cut"));
    CHECK_THAT(broken([](auto& l) { std::swap(l[1], l[2]); }), Contains("bad:3: the row of users stands behind its place"));
    CHECK_THAT(broken([](auto& l) { l.insert(l.end() - 1, l[1]); }),
               Contains("bad:35: a row of users stands after those of reactions"));
    CHECK_THAT(broken([](auto& l) { l.push_back(l[1]); }), Contains("bad:36: something follows the last line"));
    CHECK_THAT(broken([](auto& l) { l[5].clear(); }), Contains("bad:6: is no JSON"));
    CHECK_THAT(broken([](auto& l) { l[5] = std::string(17 << 20, 'x'); }), Contains("bad:6: is longer"));
    CHECK_THAT(broken([](auto& l) { l[5] = "7"; }), Contains("bad:6: is no JSON object"));
}

TEST_CASE("a first line that is none leaves the database as it was") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place to{postgres};
    to.fill();
    const auto before = exported(to.place(), dir / "before");
    const auto head = lines_of(before).front();
    for (const auto& [text, says] : std::vector<std::pair<std::string, std::string>>{
             {"", "bad:1: has no whole line"},
             {head, "bad:1: has no whole line"},
             {"{}\n", "bad:1: is not the beginning of an archive"},
             {"PNG\n", "bad:1: is no JSON"},
             {replaced(head, "\"version\":1", "\"version\":2") + "\n", "bad:1: the archive's format is not version 1"},
             {replaced(head, "\"users\":3,", "") + "\n", "bad:1: \"users\" is missing"},
             {replaced(head, "\"time\":\"2026", "\"time\":\"202x") + "\n", "bad:1: \"time\" is no time"},
         }) {
        write(dir / "bad", text);
        CHECK_THAT(said([&] { imported(to.place(), dir / "bad", import_mode::replace); }), Contains(says));
    }
    CHECK_THAT(said([&] { imported(to.place(), dir / "none"); }), Contains("cannot read") && Contains("none: No such file"));
    to.open_store();
    REQUIRE(exported(to.place(), dir / "after") == before);
}

TEST_CASE("a database with people or rooms in it is only replaced on demand") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place full{postgres};
    full.fill();
    exported(full.place(), dir / "all");
    full.execute("DELETE FROM reactions");
    CHECK_THAT(said([&] { imported(full.place(), dir / "all"); }),
               Contains("not empty, it holds 3 users") && Contains("--replace"));
    REQUIRE(full.number("SELECT count(*) FROM reactions") == 0);
    REQUIRE(imported(full.place(), dir / "all", import_mode::replace).rows == 33);
    REQUIRE(full.number("SELECT count(*) FROM reactions") == 2);
}

TEST_CASE("a signing key that a first start left behind makes way") {
    const temporary_directory dir;
    moving_place from{false};
    from.fill();
    const auto whole = exported(from.place(), dir / "all");
    moving_place to{false};
    to.execute("INSERT INTO signing_keys VALUES ('first', x'00', 0, 0)");
    imported(to.place(), dir / "all");
    REQUIRE(body(exported(to.place(), dir / "copy")) == body(whole));
}

TEST_CASE("rows that somebody else wrote during an import are noticed at its end") {
    const temporary_directory dir;
    moving_place from{false};
    from.fill();
    exported(from.place(), dir / "all");
    moving_place to{false};
    const auto meddle = [&](const archive_progress& p) {
        if (p.table == "members" && p.rows == 0) to.execute("INSERT INTO blocks VALUES (1, 3, 0)");
    };
    CHECK_THAT(said([&] { import_archive(to.place(), dir / "all", import_mode::into_empty, meddle); }),
               Contains("somebody else wrote"));
    CHECK_THAT(said([&] { to.open_store(); }), Contains("unfinished"));
    imported(to.place(), dir / "all", import_mode::replace);
    REQUIRE(to.number("SELECT count(*) FROM blocks") == 1);
}

TEST_CASE("nobody imports into a PostgreSQL database that another madang has open") {
    const temporary_directory dir;
    moving_place to{true};
    to.fill();
    exported(to.place(), dir / "all");
    io_thread io;
    postgres_options options;
    options.url = std::get<postgres_url>(to.place());
    {
        postgres_store serving{io.context(), options, archive_time};
        REQUIRE(io.run(serving.rooms().epoch()).has_value());  // it is connected by now
        CHECK_THAT(said([&] { imported(to.place(), dir / "all", import_mode::replace); }), Contains("in use by another madang"));
        serving.stop();
        io.finish();
    }
    REQUIRE(imported(to.place(), dir / "all", import_mode::replace).rows == 33);
}

TEST_CASE("a node that comes after an importer has looked sees its mark and stays away") {
    const temporary_directory dir;
    moving_place to{true};
    to.fill();
    exported(to.place(), dir / "all");
    postgres_options options;
    options.url = std::get<postgres_url>(to.place());
    options.timeout = std::chrono::seconds{20};
    io_thread io;
    // It was there before: it has its store, and its connections come back while the import is under way.
    std::optional<postgres_store> serving;
    serving.emplace(io.context(), options, archive_time);
    REQUIRE(io.run(serving->rooms().epoch()).has_value());
    to.execute("INSERT INTO meta (name, value) VALUES ('import', '0 other')");
    to.execute(
        "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> "
        "pg_backend_pid()");
    domain::new_user u;
    u.username = "jun";
    REQUIRE(io.run(serving->accounts().create_user(u)).error().code == errc::unavailable);
    REQUIRE(imported(to.place(), dir / "all", import_mode::replace).rows == 33);
    await([&] { return io.run(serving->rooms().epoch()).has_value(); });
    serving->stop();
    io.finish();
}

TEST_CASE("a file that is no whole archive replaces nothing") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place to{postgres};
    to.fill();
    const auto whole = exported(to.place(), dir / "all");
    const auto refuse = [&](const std::string& text, const std::string& why) {
        write(dir / "broken", text);
        CHECK_THAT(said([&] { imported(to.place(), dir / "broken", import_mode::replace); }), Contains(why));
        to.open_store();
        std::filesystem::remove(dir / "copy");
        REQUIRE(exported(to.place(), dir / "copy") == whole);
    };
    refuse(whole.substr(0, whole.size() / 2), "it was cut");
    refuse(replaced(whole, R"({"table":"rooms")", R"({"table":"romos")"), "there is no table");
    refuse(replaced(whole, "key5", "key6"), "checksum differs");
}

TEST_CASE("a changed row is noticed at the end, and the archives that had no checksum are still read") {
    const bool postgres = EACH_PLACE;
    const temporary_directory dir;
    moving_place from{false};
    from.fill();
    const auto whole = exported(from.place(), dir / "all");
    moving_place to{postgres};
    write(dir / "changed", replaced(whole, R"("role":"user")", R"("role":"admin")"));
    CHECK_THAT(said([&] { imported(to.place(), dir / "changed"); }), Contains("checksum differs"));
    REQUIRE_THROWS_WITH(to.open_store(), Contains("unfinished"));
    auto lines = lines_of(whole);
    const auto member = lines.back().find(R"(,"sha256")");
    lines.back() = lines.back().substr(0, member) + "}";
    write(dir / "old", joined(lines));
    REQUIRE(imported(to.place(), dir / "old", import_mode::replace).rows == 33);
}

TEST_CASE("a backup goes into no file that somebody else has laid there") {
    const temporary_directory dir;
    moving_place place{false};
    place.fill();
    write(dir / "theirs", "");
    std::filesystem::create_hard_link(dir / "theirs", dir / "b.part");
    CHECK_THAT(said([&] {
                   back_up(place.place(), dir / "b", {"test", {}}, archive_time);
               }),
               Contains("not this user's own file"));
    REQUIRE(contents(dir / "theirs").empty());
    std::filesystem::remove(dir / "b.part");
    REQUIRE(back_up(place.place(), dir / "b", {"test", {}}, archive_time).rows == 33);
}

TEST_CASE("two processes do not write one file") {
    const temporary_directory dir;
    moving_place place{false};
    place.fill();
    const auto meddle = [&](const archive_progress& p) {
        if (p.table == "rooms" && p.rows == 0)
            CHECK_THAT(said([&] {
                           back_up(place.place(), dir / "b", {"test", {}}, archive_time);
                       }),
                       Contains("another process writes"));
    };
    REQUIRE(back_up(place.place(), dir / "b", {"test", meddle}, archive_time).rows == 33);
}

#include "moving.hpp"

#include "madang/storage/postgres_store.hpp"
#include "madang/storage/sqlite_store.hpp"
#include "postgres/connector.hpp"
#include "sqlite/database.hpp"

#include <fstream>
#include <sstream>

#include "run_task.hpp"

namespace madang::test {
namespace {

using namespace storage;
using std::filesystem::path;

postgres::connection_ptr connect(const postgres_url& url) {
    return postgres::connector{url.text, std::chrono::seconds{20}}.open_now(postgres::use::writing);
}

// Through the archive's own door, from lines: what both databases are filled with is the same.
std::string sample(int messages) {
    std::string text;
    const auto add = [&text](const std::string& line) { text += line + "\n"; };
    const auto at = [](int n) { return to_rfc3339(archive_time.now() + std::chrono::milliseconds{n}); };
    for (int user = 1; user <= 3; ++user)
        add(fmt::format(
            R"({{"table":"users","id":{0},"username":"user{0}","display_name":"이름 \"{0}\"\\","status_message":"\u0001\t",)"
            R"("password_hash":"$argon2id${0}","email":"","locale":"ko","role":"{1}","disabled":{2},)"
            R"("created_at":"{3}","deleted_at":{4}}})",
            user, user == 1 ? "admin" : "user", user == 3, at(user), user == 3 ? '"' + at(9) + '"' : "null"));
    for (int session : {4, 9})
        add(fmt::format(R"({{"table":"sessions","id":{},"user":1,"device":"a\nb","address":"::1","created_at":"{}",)"
                        R"("last_used_at":"{}","expires_at":"{}","ended_at":{},"generation":3,"rotated_at":"{}"}})",
                        session, at(1), at(2), at(3), session == 4 ? "null" : '"' + at(9) + '"', at(4)));
    for (const auto* hash : {"AAEC/wA=", "AAEC/wAA", "/////w=="})
        add(fmt::format(R"({{"table":"refresh_tokens","hash":"{}","session":4,"generation":3}})", hash));
    add(fmt::format(R"({{"table":"signing_keys","kid":"Zk","seed":"AAAA","created_at":"{}","revoked":true}})",
                    at(-2'000'000'000)));
    add(fmt::format(R"({{"table":"signing_keys","kid":"ak","seed":"","created_at":"{}","revoked":false}})", at(5)));
    for (const auto* pair : {R"("user":1,"other":2)", R"("user":2,"other":1)"})
        add(fmt::format(R"({{"table":"contacts",{},"friends":true,"incoming":false,"since":"{}"}})", pair, at(6)));
    add(fmt::format(R"({{"table":"blocks","user":2,"blocked":3,"since":"{}"}})", at(7)));
    add(fmt::format(
        R"({{"table":"rooms","id":1,"kind":2,"name":"마당","direct_key":null,"created_by":1,"create_key":"k",)"
        R"("created_at":"{}","last_at":"{}","last_seq":{},"last_ordinal":{},"last_message_seq":{},"member_count":2}})",
        at(8), at(9), messages + 1, messages, messages + 1));
    add(fmt::format(R"({{"table":"rooms","id":7,"kind":1,"name":"","direct_key":"1:2","created_by":2,"create_key":null,)"
                    R"("created_at":"{}","last_at":"{}","last_seq":0,"last_ordinal":0,"last_message_seq":0,"member_count":2}})",
                    at(8), at(8)));
    for (const auto* seat : {R"("room":1,"user":1,"role":3)", R"("room":1,"user":2,"role":1)", R"("room":7,"user":1,"role":1)"})
        add(fmt::format(
            R"({{"table":"members",{},"joined_at":"{}","visible_from":0,"read_ordinal":2,"muted":false,"hidden":true}})", seat,
            at(8)));
    add(fmt::format(R"({{"table":"events","room":1,"seq":1,"kind":2,"author":1,"created_at":"{}","ordinal":null,"key":null,)"
                    R"("body":"[1,2]","target":null,"subject":null,"value":null,"edited_at":null,"deleted_at":null}})",
                    at(8)));
    for (int n = 1; n <= messages; ++n)
        add(fmt::format(
            R"({{"table":"events","room":1,"seq":{},"kind":1,"author":1,"created_at":"{}","ordinal":{},"key":"key{}",)"
            R"("body":{},"target":1,"subject":2,"value":-1,"edited_at":"{}","deleted_at":"{}"}})",
            n + 1, at(n), n, n, n == 3 ? "null" : fmt::format("\"말 {} 😀\"", n), at(n), at(n)));
    for (const auto* emoji : {"🎉", "👍"})
        add(fmt::format(R"({{"table":"reactions","room":1,"seq":2,"emoji":"{}","user":2}})", emoji));
    const auto rows = fmt::format(
        R"({{"users":3,"sessions":2,"refresh_tokens":3,"signing_keys":2,"contacts":2,"blocks":1,"rooms":2,"members":3,"events":{},)"
        R"("reactions":2}})",
        messages + 1);
    return fmt::format(
               R"({{"format":"madang-archive","version":1,"madang":"test","epoch":"old","time":"{}","rows":{},"greatest":{}}})",
               at(0), rows, rows) +
           "\n" + text + fmt::format(R"({{"end":"madang-archive","rows":{}}})", rows) + "\n";
}

}  // namespace

moving_place::moving_place(bool postgres) {
    if (postgres) {
        place_ = postgres_server::shared().migrated_database();
        return;
    }
    place_ = directory_ / "madang.db";
    migrate(std::get<path>(place_), source_migrations(), archive_time);
}

void moving_place::fill(int messages) {
    const auto file = directory_ / "sample.jsonl";
    write(file, sample(messages));
    imported(place_, file);
    std::filesystem::remove(file);
}

void moving_place::execute(const std::string& statement) {
    if (const auto* file = std::get_if<path>(&place_))
        sqlite::database{*file, sqlite::database::access::write}.execute(statement);
    else
        postgres::run_now(connect(std::get<postgres_url>(place_)).get(), statement);
}

std::int64_t moving_place::number(const std::string& query) {
    if (const auto* url = std::get_if<postgres_url>(&place_))
        return postgres::run_now(connect(*url).get(), query).front().get<std::int64_t>(0);
    const sqlite::database db{std::get<path>(place_), sqlite::database::access::read};
    sqlite3_stmt* raw = nullptr;
    REQUIRE(sqlite3_prepare_v2(db.connection(), query.c_str(), -1, &raw, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(raw) == SQLITE_ROW);
    const auto n = sqlite3_column_int64(raw, 0);
    sqlite3_finalize(raw);
    return n;
}

void moving_place::open_store() {
    if (const auto* file = std::get_if<path>(&place_)) {
        sqlite_options options;
        options.file = *file;
        const sqlite_store store{options, archive_time};
        return;
    }
    io_thread io;
    postgres_options options;
    options.url = std::get<postgres_url>(place_);
    postgres_store store{io.context(), options, archive_time};
    store.stop();
    io.finish();
}

std::string contents(const path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

void write(const path& file, std::string_view text) { std::ofstream{file, std::ios::trunc} << text; }

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> all;
    std::istringstream from{text};
    for (std::string line; std::getline(from, line);) all.push_back(line);
    return all;
}

std::string body(const std::string& text) { return text.substr(text.find('\n') + 1); }

std::string exported(const database_place& from, const path& file) {
    export_archive(from, file, export_mode::anew, {"test", {}}, archive_time);
    return contents(file);
}

archive_summary imported(const database_place& to, const path& file, import_mode how) {
    return import_archive(to, file, how, {});
}

}  // namespace madang::test

// Every statement of the store, once it has been used, explained: each finds its rows by an index.
#include "../ports/use_everything.hpp"
#include "files.hpp"
#include "sqlite/parts.hpp"

#include <set>

using namespace madang;
using namespace madang::test;
using storage::sqlite::database;
using storage::sqlite::parts;

namespace {

// As few rows as there are tables, or keys that an administrator has made; or one.
bool may_scan(const std::string& step) {
    const auto names = [&](const char* what) { return step.find(what) != std::string::npos; };
    return names("sqlite_schema") || names("signing_keys") || names("CONSTANT ROW");
}

std::vector<std::string> plan_of(sqlite3* connection, const std::string& text) {
    std::vector<std::string> steps;
    sqlite3_stmt* raw = nullptr;
    REQUIRE(sqlite3_prepare_v2(connection, ("EXPLAIN QUERY PLAN " + text).c_str(), -1, &raw, nullptr) == SQLITE_OK);
    while (sqlite3_step(raw) == SQLITE_ROW) steps.emplace_back(reinterpret_cast<const char*>(sqlite3_column_text(raw, 3)));
    sqlite3_finalize(raw);
    return steps;
}

// A store whose parts stay visible.
class open_store final : public store_under_test, private storage::store {
public:
    open_store(const std::filesystem::path& file, const madang::clock& clock) : parts_(prepared(file, clock), clock) {}
    storage::store& store() override { return *this; }

    domain::account_store& accounts() noexcept override { return parts_.account_store; }
    domain::login_store& logins() noexcept override { return parts_.login_store; }
    domain::key_store& keys() noexcept override { return parts_.key_store; }
    domain::contact_store& contacts() noexcept override { return parts_.contact_store; }
    domain::room_store& rooms() noexcept override { return parts_.room_store; }
    domain::room_log& log() noexcept override { return parts_.room_log; }
    async_result<std::int64_t> nodes() override { co_return 1; }
    void set_listener(domain::commit_listener* listener) noexcept override { parts_.writes.set_listener(listener); }
    const storage::store_stats& stats() const noexcept override { return parts_.stats; }
    void stop() override {}

    std::set<std::string> statements() {
        parts_.writes.stop();
        parts_.reads.stop();
        std::set<std::string> all;
        for (auto& text : parts_.writes.connection().prepared()) all.insert(text);
        for (const auto& connection : parts_.reads.connections())
            for (auto& text : connection->prepared()) all.insert(text);
        return all;
    }

private:
    static storage::sqlite_options prepared(const std::filesystem::path& file, const madang::clock& clock) {
        storage::migrate(file, source_migrations(), clock);
        storage::sqlite_options options;
        options.file = file;
        return options;
    }

    parts parts_;
};

}  // namespace

TEST_CASE("no statement scans a table, and none sorts but the list of rooms") {
    const temporary_directory dir;
    const auto file = dir / "madang.db";
    std::set<std::string> statements;
    {
        open_store* store = nullptr;
        world w{{"sqlite", [&](const domain::room_limits&, const madang::clock& clock) {
                     auto made = std::make_unique<open_store>(file, clock);
                     store = made.get();
                     return made;
                 }}};
        use_everything(w);
        statements = store->statements();
    }
    REQUIRE(statements.size() > 80);

    sqlite3* connection = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &connection) == SQLITE_OK);
    int sorts = 0;
    for (const auto& text : statements) {
        if (text.starts_with("PRAGMA")) continue;
        for (const auto& step : plan_of(connection, text)) {
            INFO(text << "\n  " << step);
            const bool scans = step.starts_with("SCAN") && !may_scan(step);
            CHECK_FALSE(scans);
            if (step.find("TEMP B-TREE") == std::string::npos || text.find("signing_keys") != std::string::npos) continue;
            ++sorts;
            const bool is_rooms_of = text.find("ORDER BY r.last_at") != std::string::npos;
            const bool counts_emoji = step.find("count(DISTINCT)") != std::string::npos;
            CHECK((is_rooms_of || counts_emoji));
        }
    }
    REQUIRE(sorts <= 2);
    sqlite3_close(connection);
}

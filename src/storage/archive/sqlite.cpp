// An archive's view of a SQLite file.
#include "archive/database.hpp"
#include "archive/sqlite_statement.hpp"
#include "sqlite/database.hpp"

#include <fmt/format.h>

#include <map>

namespace madang::storage::archive {
namespace {

class sqlite_database final : public database {
public:
    sqlite_database(const std::filesystem::path& file, access how)
        : db_(file, how == access::read ? sqlite::database::access::read : sqlite::database::access::write) {}

    void claim() override {}  // whoever imports holds the database_lock, as a server does

    void begin_snapshot() override { db_.execute("BEGIN"); }
    void begin() override { db_.execute("BEGIN IMMEDIATE"); }
    void commit() override { db_.execute("COMMIT"); }
    void rollback() override { db_.execute("ROLLBACK"); }

    std::optional<std::string> fact(std::string_view name) override {
        auto row = db_.run("SELECT value FROM meta WHERE name = ?", name);
        if (!row.step()) return std::nullopt;
        return row.get<std::string>(0);
    }
    void set_fact(std::string_view name, std::string_view text) override {
        db_.change("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name,
                   text);
    }
    void drop_fact(std::string_view name) override { db_.change("DELETE FROM meta WHERE name = ?", name); }

    std::int64_t count(const table& t) override { return number(fmt::format("SELECT count(*) FROM \"{}\"", t.name)); }
    std::int64_t greatest(const table& t) override {
        return number(fmt::format("SELECT coalesce(max({}), 0) FROM \"{}\"", names_of(t, &column::sqlite, 1), t.name));
    }

    std::vector<record> page(const table& t, std::span<const value> after, std::size_t limit) override {
        auto& s = prepared(page_text(t, after.empty()));
        for (std::size_t i = 0; i < after.size(); ++i) s.bind(static_cast<int>(i) + 1, t.columns[i].type, after[i]);
        s.bind(static_cast<int>(after.size()) + 1, column_type::integer, static_cast<std::int64_t>(limit));
        std::vector<record> rows;
        while (s.step()) {
            auto& row = rows.emplace_back();
            row.reserve(t.columns.size());
            for (std::size_t i = 0; i < t.columns.size(); ++i) row.push_back(s.get(static_cast<int>(i)));
        }
        s.reset();
        return rows;
    }

    void insert(const table& t, std::span<const record> rows) override {
        auto& s = prepared(insert_text(t));
        for (std::size_t at = 0; at < rows.size(); ++at) {
            for (std::size_t i = 0; i < t.columns.size(); ++i) s.bind(static_cast<int>(i) + 1, t.columns[i].type, rows[at][i]);
            try {
                s.step();
            } catch (const sqlite::failure& e) {
                s.reset();
                if (e.of_environment()) throw;
                throw row_refused{at, e.what()};
            }
            s.reset();
        }
    }

    // What refers to a row goes before it.
    void empty() override {
        for (std::size_t i = tables().size(); i > 0; --i) db_.execute(fmt::format("DELETE FROM \"{}\"", tables()[i - 1].name));
    }

    void pass_over_ids() override { db_.execute("UPDATE sqlite_sequence SET seq = seq + 20000"); }
    void revoke_keys() override { db_.execute("UPDATE signing_keys SET revoked = 1"); }
    void settle() override {}  // sqlite_sequence follows the greatest id that was inserted, and never goes back

private:
    static std::string page_text(const table& t, bool first) {
        const auto key = names_of(t, &column::sqlite, t.key);
        std::string places = "?";
        for (std::size_t i = 1; i < t.key; ++i) places += ", ?";
        return fmt::format("SELECT {} FROM \"{}\" {} ORDER BY {} LIMIT ?", names_of(t, &column::sqlite, t.columns.size()), t.name,
                           first ? std::string{} : fmt::format("WHERE ({}) > ({})", key, places), key);
    }
    static std::string insert_text(const table& t) {
        std::string places = "?";
        for (std::size_t i = 1; i < t.columns.size(); ++i) places += ", ?";
        return fmt::format("INSERT INTO \"{}\" ({}) VALUES ({})", t.name, names_of(t, &column::sqlite, t.columns.size()), places);
    }

    statement& prepared(const std::string& text) {
        const auto found = statements_.find(text);
        if (found != statements_.end()) return found->second;
        return statements_.try_emplace(text, db_.connection(), text).first->second;
    }
    std::int64_t number(const std::string& text) {
        statement s{db_.connection(), text};
        s.step();
        return std::get<std::int64_t>(s.get(0));
    }

    sqlite::database db_;
    std::map<std::string, statement, std::less<>> statements_;  // ends before the connection
};

}  // namespace

std::unique_ptr<database> open_sqlite(const std::filesystem::path& file, access how) {
    return std::make_unique<sqlite_database>(file, how);
}

}  // namespace madang::storage::archive

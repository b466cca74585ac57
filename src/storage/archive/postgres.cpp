// An archive's view of a PostgreSQL database.
#include "archive/database.hpp"
#include "archive/postgres_columns.hpp"
#include "postgres/connector.hpp"
#include "postgres/failover.hpp"
#include "postgres/node_mark.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace madang::storage::archive {
namespace {

using namespace std::chrono_literals;
using postgres::failure;
using postgres::parameters;
using postgres::run_now;

// "archive" as a number: names the advisory lock of whoever imports.
constexpr std::int64_t lock_name = 0x61726368697665;

postgres::connection_ptr open_for_long(const postgres_url& url) {
    postgres::connector c{url.text, 5000ms};
    auto opened = c.open_now(postgres::use::writing);
    postgres::take_time(opened.get());
    return opened;
}

class postgres_database final : public database {
public:
    explicit postgres_database(const postgres_url& url) : c_(open_for_long(url)) {}

    // Connections of a command that has ended or was killed, and their locks, take a moment to go.
    void claim() override {
        for (int looks = 0; !claimed(); ++looks) {
            if (looks == 30)
                throw storage_error("the database is in use by another madang: stop all nodes that serve it, and other imports");
            std::this_thread::sleep_for(100ms);  // the server tells nobody
        }
    }

    void begin_snapshot() override { run_now(c_.get(), "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); }
    void begin() override { run_now(c_.get(), "BEGIN"); }
    void commit() override { run_now(c_.get(), "COMMIT"); }
    void rollback() override { run_now(c_.get(), "ROLLBACK"); }

    std::optional<std::string> fact(std::string_view name) override {
        const auto found = run_now(c_.get(), "SELECT value FROM meta WHERE name = $1", parameters::of(name));
        if (found.empty()) return std::nullopt;
        return found.front().get<std::string>(0);
    }
    void set_fact(std::string_view name, std::string_view text) override {
        run_now(c_.get(),
                "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                parameters::of(name, text));
    }
    void drop_fact(std::string_view name) override {
        run_now(c_.get(), "DELETE FROM meta WHERE name = $1", parameters::of(name));
    }

    std::int64_t count(const table& t) override { return number(fmt::format("SELECT count(*) FROM \"{}\"", t.name)); }
    std::int64_t greatest(const table& t) override {
        return number(fmt::format("SELECT coalesce(max({}), 0) FROM \"{}\"", names_of(t, &column::postgres, 1), t.name));
    }

    std::vector<record> page(const table& t, std::span<const value> after, std::size_t limit) override {
        parameters p;
        for (const auto& v : after) add_key(p, v);
        const auto found = run_now(c_.get(), page_text(t, after.empty(), limit), p);
        std::vector<record> all;
        all.reserve(found.size());
        for (const auto r : found) {
            auto& made = all.emplace_back();
            made.reserve(t.columns.size());
            for (std::size_t i = 0; i < t.columns.size(); ++i)
                made.push_back(value_in(r, static_cast<int>(i), t.columns[i].type));
        }
        return all;
    }

    // All of them in one statement; where it fails, one by one, to find out which row is at fault.
    void insert(const table& t, std::span<const record> rows) override {
        run_now(c_.get(), "SAVEPOINT rows");
        try {
            insert_together(t, rows);
            return;
        } catch (const failure& e) {
            if (e.of_environment()) throw;
        }
        run_now(c_.get(), "ROLLBACK TO SAVEPOINT rows");
        for (std::size_t at = 0; at < rows.size(); ++at) try {
                insert_together(t, rows.subspan(at, 1));
            } catch (const failure& e) {
                if (e.of_environment()) throw;
                throw row_refused{at, e.what()};
            }
    }

    void empty() override {
        std::string names;
        for (const auto& t : tables()) names += fmt::format("{}\"{}\"", names.empty() ? "" : ", ", t.name);
        run_now(c_.get(), "TRUNCATE " + names);
    }

    void pass_over_ids() override { run_now(c_.get(), postgres::pass_over_ids); }
    void revoke_keys() override { run_now(c_.get(), "UPDATE signing_keys SET revoked = true"); }

    // What the sequences have given already is not given again, also when it is gone now: tokens name it. And the planner hears
    // of the rows.
    void settle() override {
        for (const auto& t : tables()) {
            if (t.gives_ids)
                run_now(c_.get(),
                        fmt::format("SELECT setval(s, greatest((SELECT coalesce(max(id), 0) + 1 FROM \"{}\"), nextval(s)), "
                                    "false) FROM (SELECT pg_get_serial_sequence('{}', 'id')::regclass AS s) given",
                                    t.name, t.name));
            run_now(c_.get(), fmt::format("ANALYZE \"{}\"", t.name));
        }
    }

private:
    static std::string page_text(const table& t, bool first, std::size_t limit) {
        const auto key = names_of(t, &column::postgres, t.key);
        std::string places;
        for (std::size_t i = 0; i < t.key; ++i)
            places += fmt::format("{}${}::{}", i == 0 ? "" : ", ", i + 1, type_name(t.columns[i].type));
        return fmt::format("SELECT {} FROM \"{}\" {} ORDER BY {} LIMIT {}", names_of(t, &column::postgres, t.columns.size()),
                           t.name, first ? std::string{} : fmt::format("WHERE ({}) > ({})", key, places), key, limit);
    }

    void insert_together(const table& t, std::span<const record> rows) {
        parameters p;
        std::string arrays;
        std::string chosen;
        std::string called;
        for (std::size_t i = 0; i < t.columns.size(); ++i) {
            const auto type = t.columns[i].type;
            const bool as_text = type == column_type::bytes;
            const char* const comma = i == 0 ? "" : ", ";
            add_column(p, type, rows, i);
            arrays += fmt::format("{}${}::{}[]", comma, i + 1, as_text ? "text" : type_name(type));
            called += fmt::format("{}c{}", comma, i);
            chosen += as_text ? fmt::format("{}decode(c{}, 'hex')", comma, i) : fmt::format("{}c{}", comma, i);
        }
        run_now(c_.get(),
                fmt::format("INSERT INTO \"{}\" ({}) SELECT {} FROM unnest({}) AS given ({})", t.name,
                            names_of(t, &column::postgres, t.columns.size()), chosen, arrays, called),
                p);
    }

    std::int64_t number(const std::string& text) { return run_now(c_.get(), text).front().get<std::int64_t>(0); }
    bool claimed() {
        const auto found =
            run_now(c_.get(), fmt::format("SELECT pg_try_advisory_lock({}), ({}) > 0", lock_name, postgres::count_nodes.text()));
        return found.front().get<bool>(0) && !found.front().get<bool>(1);
    }

    postgres::connection_ptr c_;
};

}  // namespace

std::unique_ptr<database> open_postgres(const postgres_url& url) { return std::make_unique<postgres_database>(url); }

}  // namespace madang::storage::archive

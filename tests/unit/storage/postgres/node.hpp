// A node: a store over a PostgreSQL database that others may use too, and an io_context with two threads for it. And what else
// happens to such a database.
#pragma once

#include "madang/storage/postgres_store.hpp"

#include "../ports/store_under_test.hpp"
#include "await.hpp"
#include "postgres/connector.hpp"
#include "run_task.hpp"
#include "server.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace madang::test {

class postgres_node final : public store_under_test {
public:
    postgres_node(storage::postgres_options options, const clock& clock)
        : store_(threads_.context(), std::move(options), clock) {}
    ~postgres_node() override {
        store_.stop();
        threads_.finish();
    }

    storage::store& store() override { return store_; }

private:
    io_thread threads_{2};
    storage::postgres_store store_;
};

// Nodes over one database, as a kind of store for `world`.
[[nodiscard]] inline kind_of_store nodes_with(const storage::postgres_options& options) {
    return {"postgres", [options](const domain::room_limits& limits, const clock& clock) -> std::unique_ptr<store_under_test> {
                auto own = options;
                own.limits = limits;
                return std::make_unique<postgres_node>(std::move(own), clock);
            }};
}

// For a database where nothing is tested that has to do with deadlines: sanitizers and shared machines are slow.
[[nodiscard]] inline storage::postgres_options patient_options(storage::postgres_url database) {
    storage::postgres_options options;
    options.url = std::move(database);
    options.timeout = std::chrono::seconds{20};
    return options;
}

// Keeps what a store said of failures. Thread-safe; outlives the store.
class failure_recorder {
public:
    [[nodiscard]] std::function<void(std::string_view)> ear() {
        return [this](std::string_view what) {
            const std::lock_guard hold{lock_};
            all_.emplace_back(what);
        };
    }
    [[nodiscard]] std::vector<std::string> all() const {
        const std::lock_guard hold{lock_};
        return all_;
    }
    // Waits until one has these words.
    void await(std::string_view words) const {
        const auto has_them = [&](const std::string& what) { return what.find(words) != std::string::npos; };
        madang::test::await([&] { return std::ranges::any_of(all(), has_them); });
    }

private:
    mutable std::mutex lock_;
    std::vector<std::string> all_;
};

// Somebody else who uses the database.
class stranger {
public:
    explicit stranger(const storage::postgres_url& where)
        : c_(storage::postgres::connector{where.text, std::chrono::seconds{60}}.open_now(storage::postgres::use::writing)) {}

    storage::postgres::rows ask(const std::string& text) { return storage::postgres::run_now(c_.get(), text); }
    std::string value(const std::string& text) {
        const auto found = ask(text);
        return found.empty() ? "" : found.front().get<std::string>(0);
    }

    // Waits until somebody waits for what this one has locked.
    void await_waiter() { await("SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"); }
    void terminate_waiter() {
        ask("SELECT pg_terminate_backend(pid, 60000) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = "
            "ANY(pg_blocking_pids(pid))");
    }
    // Waits until the query has a row.
    void await(const std::string& text) {
        INFO(text);
        madang::test::await([&] { return !ask(text).empty(); });
    }

private:
    storage::postgres::connection_ptr c_;
};

// The same database for a role that may read and write all tables, and nothing else.
[[nodiscard]] inline storage::postgres_url for_plain_role(storage::postgres_url where) {
    stranger tool{where};
    tool.ask("DO $$ BEGIN IF to_regrole('plain') IS NULL THEN CREATE ROLE plain LOGIN; END IF; END $$");
    tool.ask("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO plain");
    where.text.replace(where.text.find("madang@"), 7, "plain@");
    return where;
}

// A stranger who has locked a room: a lane that writes to it next is under way until this lets go.
class held_room {
public:
    held_room(const storage::postgres_url& where, room_id room) : holder_(where) {
        holder_.ask("BEGIN");
        holder_.ask("SELECT FROM rooms WHERE id = " + std::to_string(room.value) + " FOR UPDATE");
    }
    void await_waiter() { holder_.await_waiter(); }
    void terminate_waiter() { holder_.terminate_waiter(); }
    void let_go() { holder_.ask("COMMIT"); }

private:
    stranger holder_;
};

}  // namespace madang::test

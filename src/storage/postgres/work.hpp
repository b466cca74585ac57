// The two doors to PostgreSQL for everything but the lanes: a read, and a transaction. Callers wait in coroutines on their own
// strands; the connection works on its. Failures become `unavailable` or `internal` here.
#pragma once

#include "postgres/database.hpp"
#include "postgres/failure.hpp"
#include "postgres/pool.hpp"

#include <boost/asio/co_spawn.hpp>

#include <utility>

namespace madang::storage::postgres {

// Sends the statements to the connection with the least to do, in one round trip and (two and more) in one snapshot, and decodes
// what they found here, on the caller's strand. `decode`: result<T>(const answers&).
template <class T, class Decode>
async_result<T> read(pool& from, statements all, Decode decode) {
    std::optional<failure> failed;
    try {
        const auto c = from.shortest_queue();
        const auto found = co_await asio::co_spawn(c->where(), c->ask(std::move(all)), use_task);
        co_return decode(found);
    } catch (const failure& e) {
        failed = e;
    } catch (const std::exception& e) {
        failed = failure::of_ours(e.what());
    }
    co_return from.refuse(*failed);
}

namespace detail {

inline constexpr int attempts = 3;

// On the connection's strand. `work` may be called again after a deadlock.
template <class T, class Work>
async_result<T> transact_here(std::shared_ptr<connection> c, Work work) {
    const auto turn = co_await c->take_turn();
    for (int attempt = 1;; ++attempt) {
        database db{*c};
        std::optional<failure> failed;
        try {
            auto done = co_await work(db);
            if (done)
                co_await db.commit();
            else
                co_await db.rollback();
            co_return done;
        } catch (const failure& e) {
            failed = e;
        } catch (const std::exception& e) {
            failed = failure::of_ours(e.what());
        }
        if (failed->of_connection()) throw *failed;
        co_await db.rollback();
        if (!failed->of_contention() || attempt == attempts) throw *failed;
    }
}

}  // namespace detail

// Runs `work` inside a transaction, on a connection of its own: committed when it answers with a value, rolled back when it
// refuses. `work`: task<result<T>>(database&), a callable that may be run again after a deadlock, so it keeps what it captured.
template <class T = void, class Work>
async_result<T> transact(pool& on, Work work) {
    std::optional<failure> failed;
    try {
        const auto c = on.shortest_queue();
        co_return co_await asio::co_spawn(c->where(), detail::transact_here<T, Work>(c, std::move(work)), use_task);
    } catch (const failure& e) {
        failed = e;
    } catch (const std::exception& e) {
        failed = failure::of_ours(e.what());
    }
    co_return on.refuse(*failed);
}

}  // namespace madang::storage::postgres

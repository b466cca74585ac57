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
// what they found here, on the caller's strand. `decode`: result<T>(const answers&). Who asks for others, too, says when the
// first of them has waited for long enough.
template <class T, class Decode>
async_result<T> read(pool& from, statements all, Decode decode, steady_time end = steady_time::max()) {
    std::optional<failure> failed;
    try {
        const auto found = co_await from.ask(std::move(all), end);
        from.answered();
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
async_result<T> transact_here(std::shared_ptr<connection> c, std::chrono::milliseconds patience, Work work) {
    const auto end = std::chrono::steady_clock::now() + patience;
    // Who gets it with no time left could only lose the connection, which others wait for.
    const auto turn = co_await c->take_turn(end - patience / 4);
    for (int attempt = 1;; ++attempt) {
        database db{*c, end};
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
        try {
            co_await db.rollback();
        } catch (const failure&) {  // the connection has gone with it
            throw *failed;
        }
        const bool has_time = std::chrono::steady_clock::now() < end - patience / 4;
        if (!failed->of_contention() || attempt == attempts || !has_time) throw *failed;
    }
}

}  // namespace detail

// Runs `work` inside a transaction, on a connection of its own: committed when it answers with a value, rolled back when it
// refuses. `work`: task<result<T>>(database&), a callable that may be run again after a deadlock, so it keeps what it captured.
// All of it has the time of one answer, or `times` as much; a little less, so that it is refused in that time.
template <class T = void, class Work>
async_result<T> transact(pool& on, Work work, int times = 1) {
    std::optional<failure> failed;
    try {
        const auto c = on.shortest_queue();
        const auto patience = c->deadline() * times * 19 / 20;
        auto done = co_await asio::co_spawn(c->where(), detail::transact_here<T, Work>(c, patience, std::move(work)), use_task);
        on.answered();
        co_return done;
    } catch (const failure& e) {
        failed = e;
    } catch (const std::exception& e) {
        failed = failure::of_ours(e.what());
    }
    co_return on.refuse(*failed);
}

}  // namespace madang::storage::postgres

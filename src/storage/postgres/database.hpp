// One connection, while a coroutine has it for itself inside a transaction.
// Thread: the connection's strand, where the coroutine runs.
#pragma once

#include "madang/base/async.hpp"
#include "postgres/statements.hpp"

namespace madang::storage::postgres {

class connection;

class database {
public:
    // run() throws failure when it has no answer by `end`; the connection is lost then.
    explicit database(connection& c, steady_time end = steady_time::max()) : connection_(c), end_(end) {}
    database(const database&) = delete;
    database& operator=(const database&) = delete;

    // The first of these begins the transaction, in the same round trip. All throw failure.
    [[nodiscard]] task<answers> run(statements all);
    template <class... Args>
    [[nodiscard]] task<rows> run(sql text, const Args&... args) {
        return one(statements::of(text, args...));
    }
    // How many rows an INSERT, UPDATE or DELETE touched.
    template <class... Args>
    [[nodiscard]] task<std::int64_t> change(sql text, const Args&... args) {
        return affected(statements::of(text, args...));
    }
    // Whether there is a row.
    template <class... Args>
    [[nodiscard]] task<bool> any(sql text, const Args&... args) {
        return found(statements::of(text, args...));
    }

    // Ends what run() began; nothing when it never ran.
    [[nodiscard]] task<> commit();
    [[nodiscard]] task<> rollback();

private:
    [[nodiscard]] task<rows> one(statements all);
    [[nodiscard]] task<std::int64_t> affected(statements all);
    [[nodiscard]] task<bool> found(statements all);

    connection& connection_;
    const steady_time end_;
    bool began_ = false;
};

}  // namespace madang::storage::postgres

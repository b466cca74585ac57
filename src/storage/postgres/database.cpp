#include "postgres/database.hpp"

#include "postgres/connection.hpp"

#include <algorithm>

namespace madang::storage::postgres {

task<answers> database::run(statements all) {
    const bool first = !std::exchange(began_, true);
    if (first) all.prepend("BEGIN");
    auto found = co_await connection_.ask(std::move(all), end_);
    if (first) found.erase(found.begin());
    co_return found;
}

task<> database::commit() {
    if (!std::exchange(began_, false)) co_return;
    auto end = statements::of("COMMIT");
    (void)co_await connection_.ask(std::move(end), end_);
}

task<> database::rollback() {
    if (!std::exchange(began_, false)) co_return;
    // Where the time is over, a little more: the connection is sound, and would be lost.
    const auto until = std::max(end_, std::chrono::steady_clock::now() + connection_.deadline() / 10);
    auto end = statements::of("ROLLBACK");
    (void)co_await connection_.ask(std::move(end), until);
}

task<rows> database::one(statements all) {
    auto found = co_await run(std::move(all));
    co_return found.front();
}

task<std::int64_t> database::affected(statements all) {
    const auto found = co_await run(std::move(all));
    co_return found.front().affected();
}

task<bool> database::found(statements all) {
    const auto rows_found = co_await run(std::move(all));
    co_return !rows_found.front().empty();
}

}  // namespace madang::storage::postgres

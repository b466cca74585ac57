// Opens connections. libpq may block in it (names, passwords, several hosts), so it has threads of its own.
// Thread-safe.
#pragma once

#include "madang/runtime/worker_pool.hpp"
#include "postgres/failure.hpp"
#include "postgres/rows.hpp"
#include "postgres/wire.hpp"

#include <memory>
#include <string>

namespace madang::storage::postgres {

// What a connection is for decides its settings.
enum class use { reading, writing, lane };

class connector {
public:
    // `url`: as libpq reads it (PostgreSQL, "Connection URIs"). `deadline`: of one answer; the server gives up a little earlier.
    connector(std::string url, std::chrono::milliseconds deadline);

    // A node's connection, marked as such and in pipeline mode, or why there is none: `unavailable`, with libpq's words in
    // `detail`. libpq has two seconds for each host, and what follows has the deadline. `line`: random, what it has in common
    // with those that it takes the place of. There is none while one of them is still at work: what it does is known only when it
    // has ended.
    [[nodiscard]] async_result<std::shared_ptr<wire>> open(use u, std::int32_t line);

    // Blocks, for commands and for the first look at start. Not in pipeline mode. Throws failure.
    [[nodiscard]] connection_ptr open_now(use u) const;

    [[nodiscard]] std::chrono::milliseconds deadline() const noexcept { return deadline_; }

    // Waits for the attempts under way; each has its own deadline.
    void stop() { threads_.join(); }

private:
    [[nodiscard]] connection_ptr dial() const;

    const std::string url_;
    const std::int32_t node_;  // random: what the others tell this node by
    const std::chrono::milliseconds deadline_;
    runtime::worker_pool threads_{2, 256};
};

// One statement without parameters on a connection that is not in pipeline mode. Blocks until then at most; past it the
// connection is of no more use. Throws failure.
rows run_now(PGconn* c, const std::string& text, steady_time end = steady_time::max());

}  // namespace madang::storage::postgres

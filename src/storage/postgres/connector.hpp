// Opens connections. libpq may block in it (names, passwords, several hosts), so it has threads of its own.
// Thread-safe.
#pragma once

#include "madang/runtime/worker_pool.hpp"
#include "postgres/blocking.hpp"
#include "postgres/failover.hpp"
#include "postgres/url.hpp"
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

    struct opened {
        std::shared_ptr<wire> way;
        server_timeline of = 0;
    };
    // A node's connection, marked as such and in pipeline mode, or why there is none: `unavailable`, with libpq's words in
    // `detail`. libpq has two seconds for each host, and what follows the deadline twice. `line`: random, what it has in common
    // with those that it takes the place of. There is none while one of them is still at work: what it does is known only when it
    // has ended. Nor is there one to a server that, as far as this node has seen, another one has taken over from: then each
    // server that the URL names is tried by itself.
    [[nodiscard]] async_result<opened> open(use u, std::int32_t line);

    // Blocks, for commands and for the first look at start. Not in pipeline mode. Throws failure.
    [[nodiscard]] connection_ptr open_now(use u) const;

    // Whether the server of such a connection has been taken over from.
    [[nodiscard]] bool is_past(server_timeline t) const noexcept { return newest_.is_past(t); }

    [[nodiscard]] std::chrono::milliseconds deadline() const noexcept { return deadline_; }

    // Waits for the attempts under way; each has its own deadlines.
    void stop() { threads_.join(); }

private:
    [[nodiscard]] connection_ptr dial() const;
    [[nodiscard]] static connection_ptr dial(const conninfo& with);
    struct reached {
        connection_ptr way;
        server_timeline of = 0;
    };
    [[nodiscard]] reached reach();
    [[nodiscard]] opened make_ready(reached r, use u, std::int32_t line);

    const std::string url_;
    const std::int32_t node_;  // random: what the others tell this node by
    const std::chrono::milliseconds deadline_;
    newest_timeline newest_;
    runtime::worker_pool threads_{2, 256};
};

}  // namespace madang::storage::postgres

// The ports of the domain over PostgreSQL 13 and later: the production database, shared by any number of nodes.
#pragma once

#include "madang/base/async.hpp"
#include "madang/base/clock.hpp"
#include "madang/storage/migrations.hpp"
#include "madang/storage/store.hpp"

#include <chrono>
#include <cstddef>
#include <memory>

namespace madang::storage {

struct postgres_options {
    postgres_url url;
    std::size_t lanes = 2;                    // connections that write to rooms
    std::size_t readers = 4;                  // connections that read
    std::size_t writers = 4;                  // connections for everything else that writes
    std::chrono::milliseconds timeout{2000};  // of one answer of the server; afterwards its connection is closed
    std::size_t read_queue = 10'000;          // reads waiting or running; beyond: too_busy. Other writing: likewise
    std::size_t batch_rows = 250;             // units of writing in one transaction...
    std::size_t batch_bytes = 1 << 20;        // ...and their bytes
    std::size_t queue_rows = 10'000;          // units waiting to be written; beyond: too_busy
    std::size_t queue_bytes = 64 << 20;       // and their bytes
    domain::room_limits limits;
    failure_ears ears;
};

// Thread-safe. Everything happens on descriptors in `io`; two threads open connections. After stop(), `io` runs until it has
// nothing left to do, and only then the store is destroyed; `io` outlives it.
class postgres_store final : public store {
public:
    // Looks at a database that migrate() has prepared, and begins to connect. Blocks for that look. Throws storage_error.
    postgres_store(asio::io_context& io, postgres_options options, const clock& clock);
    ~postgres_store() override;

    [[nodiscard]] domain::account_store& accounts() noexcept override;
    [[nodiscard]] domain::login_store& logins() noexcept override;
    [[nodiscard]] domain::key_store& keys() noexcept override;
    [[nodiscard]] domain::contact_store& contacts() noexcept override;
    [[nodiscard]] domain::room_store& rooms() noexcept override;
    [[nodiscard]] domain::room_log& log() noexcept override;
    [[nodiscard]] async_result<std::int64_t> nodes() override;
    void set_listener(domain::commit_listener* listener) noexcept override;
    [[nodiscard]] const store_stats& stats() const noexcept override;
    // Returns at once; what is queued is committed and answered on `io`.
    void stop() override;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace madang::storage

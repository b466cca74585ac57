// The ports of the domain over one database, whichever it is: what the composition root holds.
#pragma once

#include "madang/domain/ports/account_store.hpp"
#include "madang/domain/ports/contact_store.hpp"
#include "madang/domain/ports/room_log.hpp"
#include "madang/domain/ports/room_store.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace madang::storage {

// Figures for the metrics. Any thread may read them at any time.
struct store_stats {
    std::atomic<std::uint64_t> batches{0};   // transactions committed
    std::atomic<std::uint64_t> units{0};     // units of writing in them
    std::atomic<std::uint64_t> refused{0};   // work that found its queue full, or waited in it for too long
    std::atomic<std::uint64_t> failures{0};  // of the database, writing and reading
    std::atomic<bool> failing{false};        // an outage: a part's last attempt failed by what its next will meet, too
    std::atomic<std::uint64_t> reads{0};
    std::atomic<std::uint64_t> queue_rows{0};  // waiting now
    std::atomic<std::uint64_t> queue_bytes{0};
    std::atomic<std::uint64_t> last_commit_micros{0};  // from the first statement to the end of the commit
};

// How long the database failed, and how often.
struct outage {
    std::chrono::milliseconds lasted;
    std::uint64_t failures;
};

// Who is told of failures, for the log: on any thread; never waits.
struct failure_ears {
    std::function<void(std::string_view)> failed;  // what the database said; in an outage each thing once
    std::function<void(const outage&)> recovered;
};

// Thread-safe. Answers resume on the strand of whoever asked; the io_contexts of all callers outlive the store.
class store {
public:
    store() = default;
    virtual ~store() = default;
    store(const store&) = delete;
    store& operator=(const store&) = delete;

    [[nodiscard]] virtual domain::account_store& accounts() noexcept = 0;
    [[nodiscard]] virtual domain::login_store& logins() noexcept = 0;
    [[nodiscard]] virtual domain::key_store& keys() noexcept = 0;
    [[nodiscard]] virtual domain::contact_store& contacts() noexcept = 0;
    [[nodiscard]] virtual domain::room_store& rooms() noexcept = 0;
    [[nodiscard]] virtual domain::room_log& log() noexcept = 0;

    // How many processes serve this database right now, this one included.
    [[nodiscard]] virtual async_result<std::int64_t> nodes() = 0;

    // Who is told of commits; nobody when null. Set before the first write.
    virtual void set_listener(domain::commit_listener* listener) noexcept = 0;

    [[nodiscard]] virtual const store_stats& stats() const noexcept = 0;

    // Commits and answers what is queued; afterwards everything answers `unavailable`. May block for as long as that takes.
    virtual void stop() = 0;
};

}  // namespace madang::storage

// The ports of the domain over one SQLite file: the embedded database, for one node.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/domain/ports/account_store.hpp"
#include "madang/domain/ports/contact_store.hpp"
#include "madang/domain/ports/room_log.hpp"
#include "madang/domain/ports/room_store.hpp"
#include "madang/storage/storage_error.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

namespace madang::storage {

struct sqlite_options {
    std::filesystem::path file;
    std::size_t readers = 2;             // threads that read, each with a connection
    std::size_t read_queue = 10'000;     // reads waiting or running; beyond: too_busy
    std::size_t batch_rows = 250;        // units of writing in one transaction...
    std::size_t batch_bytes = 1 << 20;   // ...and their bytes
    std::size_t queue_rows = 10'000;     // units waiting to be written; beyond: too_busy
    std::size_t queue_bytes = 64 << 20;  // and their bytes
    std::size_t max_size_mib = 0;        // of the file; beyond: unavailable. 0: as large as the disk
    domain::room_limits limits;
    std::function<void(std::string_view)> failed;  // told, for the log, what SQLite said; on a thread of the store
};

// Figures for the metrics. Any thread may read them at any time.
struct sqlite_stats {
    std::atomic<std::uint64_t> batches{0};   // transactions committed
    std::atomic<std::uint64_t> units{0};     // units of writing in them
    std::atomic<std::uint64_t> refused{0};   // units that found the queue full
    std::atomic<std::uint64_t> failures{0};  // of SQLite, writing and reading
    std::atomic<bool> failing{false};        // the last transaction failed
    std::atomic<std::uint64_t> reads{0};
    std::atomic<std::uint64_t> queue_rows{0};  // waiting now
    std::atomic<std::uint64_t> queue_bytes{0};
    std::atomic<std::uint64_t> last_commit_micros{0};  // from BEGIN to the end of COMMIT
};

// Thread-safe. One thread writes, `readers` threads read; answers resume on the strand of whoever asked. The io_contexts of all
// callers must outlive stop(). Takes no lock on the file against a second server: that is database_lock.
class sqlite_store {
public:
    // Opens a database that migrate() has prepared. Throws storage_error.
    sqlite_store(sqlite_options options, const clock& clock);
    ~sqlite_store();
    sqlite_store(const sqlite_store&) = delete;
    sqlite_store& operator=(const sqlite_store&) = delete;

    [[nodiscard]] domain::account_store& accounts() noexcept;
    [[nodiscard]] domain::login_store& logins() noexcept;
    [[nodiscard]] domain::key_store& keys() noexcept;
    [[nodiscard]] domain::contact_store& contacts() noexcept;
    [[nodiscard]] domain::room_store& rooms() noexcept;
    [[nodiscard]] domain::room_log& log() noexcept;

    // Who is told of commits; nobody when null. Set before the first write.
    void set_listener(domain::commit_listener* listener) noexcept;

    [[nodiscard]] const sqlite_stats& stats() const noexcept;

    // Commits and answers what is queued; afterwards everything answers `unavailable`. Blocks for as long as that takes.
    void stop();

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace madang::storage

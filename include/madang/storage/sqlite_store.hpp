// The ports of the domain over one SQLite file: the embedded database, for one node.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/storage/storage_error.hpp"
#include "madang/storage/store.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>

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
    failure_ears ears;
};

// Thread-safe. One thread writes, `readers` threads read; answers resume on the strand of whoever asked. The io_contexts of all
// callers must outlive stop(). Takes no lock on the file against a second server: that is database_lock.
class sqlite_store final : public store {
public:
    // Opens a database that migrate() has prepared. Throws storage_error.
    sqlite_store(sqlite_options options, const clock& clock);
    ~sqlite_store() override;

    [[nodiscard]] domain::account_store& accounts() noexcept override;
    [[nodiscard]] domain::login_store& logins() noexcept override;
    [[nodiscard]] domain::key_store& keys() noexcept override;
    [[nodiscard]] domain::contact_store& contacts() noexcept override;
    [[nodiscard]] domain::room_store& rooms() noexcept override;
    [[nodiscard]] domain::room_log& log() noexcept override;
    [[nodiscard]] async_result<std::int64_t> nodes() override;
    void set_listener(domain::commit_listener* listener) noexcept override;
    [[nodiscard]] const store_stats& stats() const noexcept override;
    // Blocks until everything that is queued has been committed and answered.
    void stop() override;

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace madang::storage

// Reading: a few threads, each with a connection that sees what was committed before its transaction began.
// Thread-safe.
#pragma once

#include "madang/runtime/worker_pool.hpp"
#include "madang/storage/sqlite_store.hpp"
#include "reporter.hpp"
#include "sqlite/database.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <utility>
#include <vector>

namespace madang::storage::sqlite {

class readers {
public:
    readers(const sqlite_options& options, reporter& report);
    ~readers() { stop(); }
    readers(const readers&) = delete;
    readers& operator=(const readers&) = delete;

    [[nodiscard]] runtime::worker_pool& pool() noexcept { return pool_; }
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }

    // Finishes what is queued and ends the threads.
    void stop();

    // Runs `work(database&)` in a transaction, so that all its statements see one state. Thread: one of the pool's.
    template <class T, class Work>
    result<T> read(Work& work) {
        const borrowed connection{*this};
        ++report_.stats().reads;
        try {
            transaction one_state{*connection, transaction::kind::read};
            result<T> found = work(*connection);
            health_.works();
            return found;
        } catch (const failure& e) {
            e.of_environment() ? health_.fails(e.what()) : report_.failed(e.what());
            return e.as_error();
        } catch (const std::exception& e) {
            report_.failed(e.what());
            return errc::internal;
        }
    }

    // For tests, after stop().
    [[nodiscard]] const std::vector<std::unique_ptr<database>>& connections() const noexcept { return free_; }

private:
    // There are as many connections as threads, so one is always free.
    class borrowed {
    public:
        explicit borrowed(readers& from) : from_(from), connection_(from.take()) {}
        ~borrowed() { from_.give_back(std::move(connection_)); }
        borrowed(const borrowed&) = delete;
        borrowed& operator=(const borrowed&) = delete;
        database& operator*() const noexcept { return *connection_; }

    private:
        readers& from_;
        std::unique_ptr<database> connection_;
    };

    std::unique_ptr<database> take();
    void give_back(std::unique_ptr<database> connection);

    reporter& report_;
    reporter::part health_;
    std::atomic<bool> stopped_{false};
    std::mutex lock_;
    std::vector<std::unique_ptr<database>> free_;
    runtime::worker_pool pool_;
};

// Runs `work` (from `database&` to result<T>) on a reader's thread and resumes here, on the caller's strand.
template <class T, class Work>
async_result<T> read(readers& from, Work work) {
    if (from.stopped()) co_return retry_later(errc::unavailable, std::chrono::seconds{1});
    auto on_thread = [&from, work = std::move(work)]() mutable { return from.read<T>(work); };
    co_return co_await runtime::offload<T>(from.pool(), std::move(on_thread));
}

}  // namespace madang::storage::sqlite

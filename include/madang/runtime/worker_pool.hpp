// Threads for work that blocks or burns CPU, so that no I/O thread ever does: password hashing, SQLite's readers.
// Thread-safe. The queue is bounded: what does not fit is refused, and the caller answers `too_busy`.
#pragma once

#include "madang/base/async.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <cstddef>
#include <utility>

namespace madang::runtime {

class worker_pool {
public:
    // `queue`: how many pieces of work may wait or run at once.
    worker_pool(std::size_t threads, std::size_t queue) : threads_(threads), queue_(queue) {}
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;

    // Runs `work` on one of the threads; false, and `work` is dropped, when the queue is full.
    template <class Work>
    [[nodiscard]] bool try_post(Work&& work) {
        if (waiting_.fetch_add(1, std::memory_order_relaxed) >= queue_) {
            waiting_.fetch_sub(1, std::memory_order_relaxed);
            return false;
        }
        asio::post(threads_, [this, work = std::forward<Work>(work)]() mutable {
            work();
            waiting_.fetch_sub(1, std::memory_order_relaxed);
        });
        return true;
    }

    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.load(std::memory_order_relaxed); }

    // Finishes what is queued and ends the threads.
    void join() { threads_.join(); }

private:
    asio::thread_pool threads_;
    const std::size_t queue_;
    std::atomic<std::size_t> waiting_{0};
};

namespace detail {

// A named callable, moved in: GCC 12.2 destroys an inline lambda here twice (base/async.hpp).
template <class T, class Work>
struct offload_start {
    worker_pool* pool;
    Work work;

    template <class Handler>
    void operator()(Handler&& handler) {
        auto where = asio::get_associated_executor(handler);
        // The handler is needed on both ways out, and a refused post drops its work: it is kept in a shared place.
        auto kept = std::make_shared<std::decay_t<Handler>>(std::forward<Handler>(handler));
        auto guard = asio::make_work_guard(where);
        const bool posted = pool->try_post([work = std::move(work), kept, where, guard]() mutable {
            auto answer = work();
            asio::post(where, [kept = std::move(kept), answer = std::move(answer)]() mutable { (*kept)(std::move(answer)); });
        });
        if (!posted) asio::post(where, [kept] { (*kept)(result<T>{retry_later(errc::too_busy, std::chrono::seconds{1})}); });
    }
};

}  // namespace detail

// Runs `work` (which returns result<T>) on the pool and resumes here, on the caller's strand. `too_busy` when the queue is full.
template <class T, class Work>
async_result<T> offload(worker_pool& pool, Work work) {
    detail::offload_start<T, Work> start{&pool, std::move(work)};
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void(result<T>)>(std::move(start), use_task);
}

}  // namespace madang::runtime

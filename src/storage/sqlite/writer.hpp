// Group commit: the one thread that writes to the database. What has gathered while it committed becomes the next batch, one
// transaction with one fsync; so batching comes from load alone and an idle system commits at once.
// Thread-safe outside; the connection belongs to the thread.
#pragma once

#include "madang/storage/sqlite_store.hpp"
#include "reporter.hpp"
#include "sqlite/unit.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <thread>

namespace madang::storage::sqlite {

class writer {
public:
    writer(database db, const sqlite_options& options, const clock& clock, reporter& report);
    ~writer() { stop(); }
    writer(const writer&) = delete;
    writer& operator=(const writer&) = delete;

    // Told of every commit, before the callers are answered, on the writer's thread.
    void set_listener(domain::commit_listener* listener) { listener_ = listener; }

    // Queues a unit, or answers it at once: `too_busy` when the queue is full, `unavailable` after stop().
    void offer(std::unique_ptr<unit> u);

    // Commits what is queued and ends the thread.
    void stop();

    // For tests, after stop().
    [[nodiscard]] const database& connection() const noexcept { return db_; }

private:
    using batch = std::vector<std::unique_ptr<unit>>;

    void run();
    batch next_batch();
    void write(batch& units);
    bool commit_together(std::span<std::unique_ptr<unit>> units);
    void refuse(std::span<std::unique_ptr<unit>> units, const error& why);

    const sqlite_options& options_;
    const clock& clock_;
    reporter& report_;
    reporter::part health_;
    store_stats& stats_;
    std::atomic<domain::commit_listener*> listener_{nullptr};
    database db_;

    std::mutex lock_;  // guards what follows
    std::condition_variable wake_;
    std::deque<std::unique_ptr<unit>> queue_;
    std::size_t queued_bytes_ = 0;
    bool stopping_ = false;

    std::thread thread_;
};

namespace detail {

// A named callable, moved in: GCC 12.2 destroys an inline lambda here twice (base/async.hpp).
template <class T, class Work>
struct write_start {
    writer* to;
    std::size_t bytes;
    Work work;

    template <class Handler>
    void operator()(Handler&& handler) {
        using unit_type = unit_of<T, Work, std::decay_t<Handler>>;
        to->offer(std::make_unique<unit_type>(bytes, std::move(work), std::forward<Handler>(handler)));
    }
};

}  // namespace detail

// What a unit takes of the queue besides its text.
inline constexpr std::size_t unit_overhead = 256;

// Runs `work` in the next batch and resumes here, on the caller's strand, when that is committed.
// `text`: how many bytes of the caller's text it carries.
template <class T = void, class Work>
async_result<T> write(writer& to, std::size_t text, Work work) {
    detail::write_start<T, Work> start{&to, unit_overhead + text, std::move(work)};
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void(result<T>)>(std::move(start), use_task);
}

}  // namespace madang::storage::sqlite

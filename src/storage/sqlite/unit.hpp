// One unit of a batch: a piece of writing that is committed or refused as a whole, and the coroutine that waits for it.
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/event.hpp"
#include "madang/domain/ports/room_log.hpp"
#include "sqlite/database.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace madang::storage::sqlite {

// What a unit works with, on the writer's thread and inside its batch's transaction.
struct writing {
    database& db;
    timestamp now;
    std::vector<domain::commit>& commits;  // told to the listener when the transaction is committed
    const domain::room_limits& limits;
};

// Made on the caller's strand, run on the writer's thread.
class unit {
public:
    explicit unit(std::size_t bytes) : bytes_(bytes) {}
    virtual ~unit() = default;
    unit(const unit&) = delete;
    unit& operator=(const unit&) = delete;

    // What it takes of the queue's bytes.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    // Does the work. A unit that is refused by a rule has written nothing: it judges first. Throws failure. May be called again
    // after a rollback.
    virtual void run(writing& w) = 0;
    // Answers the caller, on its strand: `failed`, or what run() found. Called once, last.
    virtual void answer(std::optional<error> failed) = 0;

private:
    std::size_t bytes_;
};

// `Work` is called with `writing&`, may be called twice, and returns result<T>.
template <class T, class Work, class Handler>
class unit_of final : public unit {
public:
    unit_of(std::size_t bytes, Work work, Handler handler)
        : unit(bytes),
          work_(std::move(work)),
          handler_(std::move(handler)),
          where_(asio::get_associated_executor(handler_)),
          guard_(asio::make_work_guard(where_)) {}

    void run(writing& w) override { found_ = work_(w); }

    void answer(std::optional<error> failed) override {
        if (failed) found_ = std::move(*failed);
        asio::post(where_, [handler = std::move(handler_), found = std::move(found_)]() mutable { handler(std::move(found)); });
    }

private:
    Work work_;
    Handler handler_;
    executor where_;
    asio::executor_work_guard<executor> guard_;  // the io_context stays while the writer has this
    result<T> found_ = errc::internal;
};

}  // namespace madang::storage::sqlite

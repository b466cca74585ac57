// A question to somebody on another strand: who is asked keeps a pending<T> and answers it once, whenever that is.
#pragma once

#include "madang/base/async.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <memory>
#include <utility>

namespace madang::runtime {

// The coroutine that waits for a result<T>: resumed once, on its own strand. give() may be called on any thread.
template <class T>
class pending {
public:
    virtual ~pending() = default;
    virtual void give(result<T> answer) = 0;
};

namespace detail {

template <class T, class Handler>
class pending_handler final : public pending<T> {
public:
    explicit pending_handler(Handler handler)
        : handler_(std::move(handler)), where_(asio::get_associated_executor(handler_)), guard_(asio::make_work_guard(where_)) {}

    void give(result<T> answer) override {
        asio::post(where_, [handler = std::move(handler_), answer = std::move(answer)]() mutable { handler(std::move(answer)); });
    }

private:
    Handler handler_;
    executor where_;
    asio::executor_work_guard<executor> guard_;  // the io_context stays while somebody has this
};

// A named callable, moved in: GCC 12.2 destroys an inline lambda here twice (base/async.hpp).
template <class T, class Ask>
struct ask_start {
    Ask ask;

    template <class Handler>
    void operator()(Handler&& handler) {
        std::unique_ptr<pending<T>> p =
            std::make_unique<pending_handler<T, std::decay_t<Handler>>>(std::forward<Handler>(handler));
        ask(std::move(p));
    }
};

}  // namespace detail

// Calls `ask` with a unique_ptr<pending<T>>, and resumes here, on the caller's strand, with what it is given.
template <class T, class Ask>
async_result<T> await_answer(Ask ask) {
    detail::ask_start<T, Ask> start{std::move(ask)};
    co_return co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void(result<T>)>(std::move(start), use_task);
}

}  // namespace madang::runtime

// Runs coroutines from a plain test and hands their answers back.
#pragma once

#include "madang/base/async.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <exception>
#include <future>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace madang::test {

// An io_context with threads of its own, one unless said otherwise. Whatever posts to it (a store, a worker pool) must be stopped
// first.
class io_thread {
public:
    explicit io_thread(std::size_t threads = 1) : guard_(io_.get_executor()) {
        for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { io_.run(); });
    }
    ~io_thread() { finish(); }
    io_thread(const io_thread&) = delete;
    io_thread& operator=(const io_thread&) = delete;

    // Ends the threads once nothing is left to do. The io_context stays.
    void finish() {
        guard_.reset();
        for (auto& t : threads_) t.join();
        threads_.clear();
    }

    [[nodiscard]] asio::io_context& context() noexcept { return io_; }
    [[nodiscard]] executor new_strand() { return executor{io_.get_executor()}; }

    // Starts `work` on a strand of its own: many can be in flight, and get() waits for one.
    template <class T>
    [[nodiscard]] std::future<T> start(task<T> work) {
        std::promise<T> promise;
        auto answer = promise.get_future();
        spawn(keep(std::move(work), std::move(promise)));
        return answer;
    }

    // Starts `work` and waits for its answer.
    template <class T>
    T run(task<T> work) {
        return start(std::move(work)).get();
    }

private:
    // Compiled once, not for each type of answer and each file.
    void spawn(task<> work);

    // Answers when the frame of `work` is gone.
    template <class T>
    static task<> keep(task<T> work, std::promise<T> answer) {
        try {
            if constexpr (std::is_void_v<T>) {
                co_await std::move(work);
                answer.set_value();
            } else {
                answer.set_value(co_await std::move(work));
            }
        } catch (...) {
            answer.set_exception(std::current_exception());
        }
    }

    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
    std::vector<std::thread> threads_;
};

// For a test that asks once of something that has no threads of its own: `const auto user = run_task(service.find_user(id));`.
// A store's or a pool's thread may still be about to return from its post when the answer is here, and the io_context is gone
// then: those want an io_thread that outlives them.
template <class T>
T run_task(task<T> work) {
    io_thread io;
    return io.run(std::move(work));
}

}  // namespace madang::test

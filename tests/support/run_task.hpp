// Runs coroutines from a plain test and hands their answers back.
#pragma once

#include "madang/base/async.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <thread>
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
        return asio::co_spawn(new_strand(), std::move(work), asio::use_future);
    }

    // Starts `work` and waits for its answer.
    template <class T>
    T run(task<T> work) {
        return start(std::move(work)).get();
    }

private:
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

// The one io_context and the threads that run it.
#pragma once

#include "madang/base/async.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <cstddef>
#include <thread>
#include <vector>

namespace madang::runtime {

class io_threads {
public:
    // `threads`: 0 means one for each core.
    explicit io_threads(std::size_t threads);
    ~io_threads();
    io_threads(const io_threads&) = delete;
    io_threads& operator=(const io_threads&) = delete;

    [[nodiscard]] asio::io_context& context() noexcept { return io_; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }

    // Runs on the calling thread and count()-1 others until finish() was called and nothing is left to do, or stop(). An
    // exception that leaves a handler is a bug; it is logged and costs that handler alone, not the process.
    void run();
    // Lets run() return once nothing is left.
    void finish() { guard_.reset(); }
    // Ends run() at once. What was queued is not run.
    void stop() { io_.stop(); }

private:
    void work();

    const std::size_t count_;
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_;
    std::vector<std::thread> threads_;
};

// Raises the soft limit of open files to the hard one; answers the limit in force.
std::size_t raise_file_limit();

}  // namespace madang::runtime

// Coroutines that nobody awaits: started here so that a stop can wait for them and a failure is logged, not lost.
// Thread-safe.
#pragma once

#include "madang/base/async.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>

namespace madang::runtime {

class task_group {
public:
    // `failed` is told the text of an exception: a bug, for errors are values.
    explicit task_group(std::function<void(std::string_view)> failed) : state_(std::make_shared<state>(0, std::move(failed))) {}

    void spawn(const executor& where, task<> work);

    [[nodiscard]] std::size_t running() const noexcept { return state_->running.load(std::memory_order_acquire); }

private:
    struct state {
        state(std::size_t n, std::function<void(std::string_view)> f) : running(n), failed(std::move(f)) {}
        std::atomic<std::size_t> running;
        std::function<void(std::string_view)> failed;
    };
    std::shared_ptr<state> state_;
};

}  // namespace madang::runtime

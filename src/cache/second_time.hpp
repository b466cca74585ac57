// For who begins a drop and has something to do itself before that counts as complete.
#pragma once

#include "madang/cache/table.hpp"

#include <atomic>
#include <memory>

namespace madang::cache {

// Calls `done` when it is called the second time, on whichever thread that is. Empty if `done` is.
[[nodiscard]] inline then second_time(then done) {
    if (!done) return {};
    return [left = std::make_shared<std::atomic<int>>(2), done = std::move(done)] {
        if (left->fetch_sub(1, std::memory_order_acq_rel) == 1) done();
    };
}

}  // namespace madang::cache

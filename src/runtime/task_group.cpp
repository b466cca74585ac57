#include "madang/runtime/task_group.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace madang::runtime {

void task_group::spawn(const executor& where, task<> work) {
    state_->running.fetch_add(1, std::memory_order_acq_rel);
    asio::co_spawn(where, std::move(work), [state = state_](std::exception_ptr e) {
        if (e) {
            try {
                std::rethrow_exception(e);
            } catch (const std::exception& what) {
                state->failed(what.what());
            }
        }
        state->running.fetch_sub(1, std::memory_order_acq_rel);
    });
}

}  // namespace madang::runtime

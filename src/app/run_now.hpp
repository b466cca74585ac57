// Runs one flow to its end on the calling thread, before the io threads run: at start, and for commands.
#pragma once

#include "madang/base/async.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <optional>
#include <stdexcept>

namespace madang::app {

// Throws what the flow throws, and a sentence about the error that it answers with.
template <class T>
T run_now(asio::io_context& io, async_result<T> flow) {
    std::optional<result<T>> answer;
    std::exception_ptr failure;
    asio::co_spawn(executor{io.get_executor()}, std::move(flow), [&](std::exception_ptr e, result<T> r) {
        failure = e;
        answer = std::move(r);
    });
    while (!answer) io.run_one();
    if (failure) std::rethrow_exception(failure);
    if (!*answer) {
        const auto& e = answer->error();
        std::string text{to_string(e.code)};
        if (!e.detail.empty()) text += ": " + e.detail;
        throw std::runtime_error(text);
    }
    if constexpr (!std::is_void_v<T>) return std::move(**answer);
}

}  // namespace madang::app

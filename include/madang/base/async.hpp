// The asynchronous vocabulary: every flow is a coroutine that lives on one shard's strand.
//
// GCC 12.2 destroys some coroutine temporaries twice (PR107288). Therefore: parameters by value, no braced aggregate and
// no capturing lambda inside a `co_await` expression; name the value first, then move it in. tests/unit/base has the canary.
#pragma once

#include "madang/base/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <chrono>

namespace madang {

namespace asio = boost::asio;

// The concrete executor, not any_io_executor: no virtual call on the hot path.
using executor = asio::strand<asio::io_context::executor_type>;

template <class T = void>
using task = asio::awaitable<T, executor>;

// Shorthand for what nearly every service answers.
template <class T = void>
using async_result = task<result<T>>;

inline constexpr asio::use_awaitable_t<executor> use_task{};

using timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, executor>;

}  // namespace madang

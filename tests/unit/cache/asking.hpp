// Short cuts to a table: one key, and a drop that is waited for.
#pragma once

#include "madang/cache/table.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>

namespace madang::test {

// Lets others go first, n times.
inline task<> turns(unsigned n) {
    const executor here = co_await asio::this_coro::executor;
    for (; n > 0; --n) co_await asio::post(here, use_task);
}

inline task<cache::found> look(cache::table& texts, std::string key) {
    std::vector<std::string> keys(1, key);
    auto all = co_await texts.look_all(std::move(keys), cache::new_lease());
    if (all.size() != 1) throw std::logic_error("one key was asked for");
    co_return std::move(all.front());
}

// Of a table, or of what reads through one. Turn by turn: whoever says that it is done knows nothing of this io_context, which
// may be gone before that thread has returned.
template <class Texts>
task<> drop_and_wait(Texts& texts, std::vector<std::string> keys) {
    const auto done = std::make_shared<std::atomic<bool>>(false);
    texts.drop(std::move(keys), [done] { *done = true; });
    while (!*done) co_await turns(1);
}

}  // namespace madang::test

// A table that answers late, on which a test can do something at the worst moment, and that can be away.
#pragma once

#include "madang/cache/process_table.hpp"

#include "crowd.hpp"

#include <functional>

namespace madang::test {

class far_table final : public cache::table {
public:
    explicit far_table(const clock& time) : texts_(time, 16U << 20) {}

    task<cache::found> look_with(std::string key, cache::lease offered) override {
        co_await turns(lag());
        auto f = away ? cache::found{} : texts_.find(key, offered);
        ++looks;
        if (after_look) co_await std::exchange(after_look, {})();
        co_await turns(lag());
        co_return f;
    }
    void fill(std::string key, cache::lease held, std::string text, std::chrono::milliseconds ttl) override {
        if (!away) texts_.fill(std::move(key), held, std::move(text), ttl);
    }
    task<> drop(std::vector<std::string> keys) override {
        co_await turns(lag());
        if (before_drop) co_await std::exchange(before_drop, {})();
        if (!away) texts_.forget(keys);
        co_await turns(lag());
    }

    std::function<task<>()> after_look;
    std::function<task<>()> before_drop;
    std::atomic<bool> away{false};
    std::atomic<unsigned> most_lag{0};  // turns
    std::atomic<int> looks{0};

private:
    unsigned lag() {
        thread_local std::mt19937 dice{5};
        return most_lag == 0 ? 0 : dice() % most_lag;
    }

    cache::process_table texts_;
};

}  // namespace madang::test

// A table on a server of its own that carries out one command after the other, late, and can hang or be away. A test can do
// something at the worst moment.
#pragma once

#include "madang/cache/process_table.hpp"

#include "crowd.hpp"

#include <functional>

namespace madang::test {

class far_table final : public cache::table {
public:
    explicit far_table(const clock& time) : texts_(time, 16U << 20) {}

    task<std::vector<cache::found>> look_all(std::vector<std::string> keys, cache::lease offered) override {
        co_await turns(lag());
        const auto said = std::make_shared<answer>();
        hand_over([this, keys = std::move(keys), offered, said] {
            said->all.resize(keys.size());
            for (std::size_t i = 0; i < keys.size() && !away; ++i) said->all[i] = texts_.find(keys[i], offered);
            looks += static_cast<int>(keys.size());
            said->here = true;
        });
        while (!said->here) co_await turns(1);
        if (after_look) co_await std::exchange(after_look, {})();
        co_await turns(lag());
        co_return std::move(said->all);
    }
    void fill(std::string key, cache::lease held, std::string text, std::chrono::milliseconds ttl) override {
        hand_over([this, key = std::move(key), held, text = std::move(text), ttl] {
            if (!away) texts_.fill(key, held, text, ttl);
        });
    }
    void drop(std::vector<std::string> keys, cache::then done) override {
        if (before_drop) std::exchange(before_drop, {})();
        hand_over([this, keys = std::move(keys), done = std::move(done)] {
            if (!away) texts_.forget(keys);
            if (done) done();
        });
    }

    std::function<task<>()> after_look;
    std::function<void()> before_drop;
    std::atomic<bool> away{false};
    std::atomic<bool> hangs{false};
    std::atomic<unsigned> most_lag{0};  // turns
    std::atomic<int> looks{0};

private:
    struct answer {
        std::vector<cache::found> all;
        std::atomic<bool> here{false};
    };
    void hand_over(std::function<void()> command) {
        asio::post(strand_, [this, command = std::move(command)] {
            const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{30};
            while (hangs && std::chrono::steady_clock::now() < limit) std::this_thread::yield();
            for (auto n = lag(); n > 0; --n) std::this_thread::yield();
            command();
        });
    }
    unsigned lag() {
        thread_local std::mt19937 dice{5};
        return most_lag == 0 ? 0 : dice() % most_lag;
    }

    cache::process_table texts_;
    io_thread server_;
    const executor strand_ = server_.new_strand();
};

}  // namespace madang::test

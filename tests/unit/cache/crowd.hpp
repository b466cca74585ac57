// Loaders and droppers who do everything at once, in random turns, and find out whether anybody reads what is too old.
#pragma once

#include "madang/cache/table.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <deque>
#include <random>

#include "run_task.hpp"

namespace madang::test {

// Lets others go first, n times.
inline task<> turns(unsigned n) {
    const executor here = co_await asio::this_coro::executor;
    for (; n > 0; --n) co_await asio::post(here, use_task);
}

class crowd {
public:
    // The truth: versions that only grow.
    struct row {
        std::string key;
        std::atomic<int> committed{0};
        std::atomic<int> dropped{0};  // the latest whose drop is complete: nobody may read an older one from here on
    };

    explicit crowd(int rows) {
        for (int i = 0; i < rows; ++i) rows_.emplace_back().key = "row " + std::to_string(i);
    }

    // Members share the tables evenly: each is a node.
    void run(io_thread& io, const std::vector<cache::table*>& nodes, std::uint32_t seed, int rounds = 200) {
        std::vector<std::future<void>> members;
        for (std::uint32_t i = 0; i < 8; ++i) members.push_back(io.start(act(*nodes[i % nodes.size()], seed * 100 + i, rounds)));
        for (auto& m : members) m.get();
    }

    row& any(std::mt19937& dice) { return rows_[dice() % rows_.size()]; }
    static int commit(row& of) { return ++of.committed; }
    static void dropped(row& of, int version) {
        for (int before = of.dropped; before < version && !of.dropped.compare_exchange_weak(before, version);) continue;
    }
    void saw(std::string_view text, int floor) {
        ++hits_;
        if (std::stoi(std::string{text}) < floor) ++too_old_;
    }

    [[nodiscard]] int hits() const { return hits_; }
    [[nodiscard]] int too_old() const { return too_old_; }

private:
    task<> act(cache::table& texts, std::uint32_t seed, int rounds) {
        std::mt19937 dice{seed};
        for (int i = 0; i < rounds; ++i) {
            row& of = any(dice);
            if (dice() % 4 == 0) {
                const int version = commit(of);
                co_await turns(dice() % 3);
                std::vector<std::string> keys{of.key};
                co_await texts.drop(std::move(keys));
                dropped(of, version);
                continue;
            }
            const int floor = of.dropped;
            const auto f = co_await texts.look(of.key);
            if (f.text) {
                saw(*f.text, floor);
                continue;
            }
            co_await turns(dice() % 3);
            const int version = of.committed;
            co_await turns(dice() % 8);
            texts.fill(of.key, f.to_fill, std::to_string(version), std::chrono::minutes{1});
        }
    }

    std::deque<row> rows_;
    std::atomic<int> hits_{0};
    std::atomic<int> too_old_{0};
};

}  // namespace madang::test

// Loaders and droppers who do everything at once, in random turns, and find out whether anybody reads what is too old.
#pragma once

#include "madang/cache/table.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <random>

#include "asking.hpp"
#include "run_task.hpp"

namespace madang::test {

class crowd {
public:
    // The truth: versions that only grow.
    struct row {
        std::string key;
        std::atomic<int> committed{0};
        std::atomic<int> dropped{0};  // the latest whose drop nobody may overtake: nobody may read an older one from here on
    };

    explicit crowd(int rows) {
        for (int i = 0; i < rows; ++i) rows_.emplace_back().key = "row " + std::to_string(i);
    }

    // Members share the tables evenly: each is a node. A drop holds for one node when it has begun, for others when it is
    // complete.
    void run(io_thread& io, const std::vector<cache::table*>& nodes, std::uint32_t seed, int rounds = 200) {
        std::vector<std::future<void>> members;
        for (std::uint32_t i = 0; i < 8; ++i)
            members.push_back(io.start(act(*nodes[i % nodes.size()], nodes.size() > 1, seed * 100 + i, rounds)));
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
    task<> act(cache::table& texts, bool waits, std::uint32_t seed, int rounds) {
        std::mt19937 dice{seed};
        for (int i = 0; i < rounds; ++i) {
            row& of = any(dice);
            if (dice() % 4 == 0) {
                const int version = commit(of);
                co_await turns(dice() % 3);
                std::vector<std::string> keys{of.key};
                if (waits)
                    co_await drop_and_wait(texts, std::move(keys));
                else
                    texts.drop(std::move(keys));
                dropped(of, version);
                continue;
            }
            const int floor = of.dropped;
            const auto f = co_await look(texts, of.key);
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

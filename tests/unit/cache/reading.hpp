// What tests of look_aside read through, and loads that they can stop on their way.
#pragma once

#include "madang/cache/look_aside.hpp"
#include "madang/cache/process_table.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include <atomic>
#include <future>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "asking.hpp"
#include "catch.hpp"
#include "run_task.hpp"

namespace madang::test {

using namespace std::chrono_literals;
using cache::loaded;
using cache::loader;
using cache::loader_of_many;
using texts_read = std::vector<std::string>;

// Opens once, and all who wait go on. In a test that fails it opens by itself. Outlives the threads that pass it.
class gate {
public:
    void open() { open_ = true; }
    task<> pass() {
        ++arrived;
        while (!open_ && std::chrono::steady_clock::now() < limit_) co_await turns(1);
    }
    void wait_for(int n) const {
        while (arrived < n && std::chrono::steady_clock::now() < limit_) std::this_thread::yield();
        REQUIRE(arrived >= n);
    }
    std::atomic<int> arrived{0};

private:
    const steady_time limit_ = std::chrono::steady_clock::now() + 30s;
    std::atomic<bool> open_{false};
};

inline loader says(std::string text) {
    return [text = std::move(text)]() -> async_result<loaded> { co_return loaded{text, 1min}; };
}
// Waits at the gate, in the middle of its load.
inline loader says(std::string text, gate& g) {
    return [text = std::move(text), &g]() -> async_result<loaded> {
        co_await g.pass();
        co_return loaded{text, 1min};
    };
}
inline loader never() {
    return []() -> async_result<loaded> {
        throw std::logic_error("this load was not to be asked for");
        co_return errc::internal;
    };
}

// Says "a1" of the first key "a" that it is asked for, "b2" of the next one, "b".
class librarian {
public:
    explicit librarian(std::vector<std::string> keys) : keys_(std::move(keys)) {}

    loader_of_many says() {
        return [this](std::vector<std::size_t> missing) -> async_result<std::vector<loaded>> {
            if (at) co_await at->pass();
            if (thrown) throw std::runtime_error("a bug");
            if (error) co_return *error;
            ++calls;
            std::vector<loaded> all;
            for (const auto place : missing) {
                loaded one;
                one.text = keys_.at(place) + std::to_string(++given_);
                one.ttl = 1min;
                all.push_back(std::move(one));
            }
            if (too_few) all.pop_back();
            co_return all;
        };
    }
    gate* at = nullptr;
    std::optional<errc> error;
    bool thrown = false;
    bool too_few = false;
    int calls = 0;

private:
    std::vector<std::string> keys_;
    int given_ = 0;
};
inline loader_of_many never_all() {
    return [](std::vector<std::size_t>) -> async_result<std::vector<loaded>> {
        throw std::logic_error("this load was not to be asked for");
        co_return errc::internal;
    };
}

struct reading {
    explicit reading(std::chrono::milliseconds patience = 30s) : through(texts, registry, patience) {}
    ~reading() { io.finish(); }
    reading(const reading&) = delete;
    reading& operator=(const reading&) = delete;

    std::future<result<std::string>> start(std::string key, loader load) {
        return io.start(through.get(std::move(key), std::move(load)));
    }
    result<std::string> get(std::string key, loader load) { return start(std::move(key), std::move(load)).get(); }
    result<texts_read> get_all(std::vector<std::string> keys, loader_of_many load) {
        return start_all(std::move(keys), std::move(load)).get();
    }
    std::future<result<texts_read>> start_all(std::vector<std::string> keys, loader_of_many load) {
        return io.start(through.get_all(std::move(keys), std::move(load)));
    }
    void drop(std::vector<std::string> keys) { through.drop(std::move(keys)); }
    std::uint64_t count(const std::string& name) { return registry.add_counter("madang_cache_" + name + "_total", "").value(); }
    // These return when it has looked, and waits for a load, its own or somebody else's.
    std::future<result<std::string>> start_waiting(std::string key, loader load) {
        return until_it_waits(through.get(std::move(key), std::move(load)));
    }
    std::future<result<texts_read>> start_all_waiting(std::vector<std::string> keys, loader_of_many load) {
        return until_it_waits(through.get_all(std::move(keys), std::move(load)));
    }

    // Whatever comes on its strand behind its beginning finds it waiting.
    template <class T>
    std::future<T> until_it_waits(task<T> work) {
        const auto own = io.new_strand();
        auto answer = asio::co_spawn(own, std::move(work), asio::use_future);
        std::promise<void> waits;
        asio::post(own, [&waits] { waits.set_value(); });
        waits.get_future().wait();
        return answer;
    }

    system_clock time;
    io_thread io{2};
    metrics::registry registry;
    cache::process_table texts{time, 16U << 20};
    cache::look_aside through;
};

}  // namespace madang::test

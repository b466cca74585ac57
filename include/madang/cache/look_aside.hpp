// Reading through a table: who asks for keys that are not there loads them, and who asks for them meanwhile waits for that load.
// One load a key at a time on this node, and no queue: as many keys are being loaded as callers ask for.
// Thread-safe; callers resume on their own strand. Outlives every coroutine of its own; the table outlives it.
#pragma once

#include "madang/base/async.hpp"
#include "madang/cache/table.hpp"
#include "madang/observe/metrics.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace madang::cache {

class flights;

struct loaded {
    std::string text;
    std::chrono::milliseconds ttl{0};  // for how long it may be shown; 0: not stored
};
// Called on the strand of who asked, at most once a get(). It lives until its answer is here, so its coroutine may use what it
// holds.
using loader = std::function<async_result<loaded>()>;
// The same for many: `missing` are positions among the keys that were asked for, and the answers are in their order. Called at
// most twice a get_all(), one call after the other: for what nobody was loading, and for what somebody else has not loaded in
// time.
using loader_of_many = std::function<async_result<std::vector<loaded>>(std::vector<std::size_t> missing)>;

class look_aside {
public:
    // `patience`: how long to wait for somebody else's load before loading for oneself.
    static constexpr std::chrono::milliseconds default_patience{1000};

    look_aside(table& texts, metrics::registry& m, std::chrono::milliseconds patience = default_patience);
    ~look_aside();
    look_aside(const look_aside&) = delete;
    look_aside& operator=(const look_aside&) = delete;

    // The text, or the load's error, which is shared as well and not stored. A load that throws throws here, and is `internal` to
    // those who waited for it. Name the loader before: no lambda inside a co_await expression (base/async.hpp).
    [[nodiscard]] async_result<std::string> get(std::string key, loader load);

    // The texts in the order of the keys, which may repeat, each as of its own time; or an error of one of their loads. A load
    // that fails fails for all keys that it was to bring. Others' loads are waited for only when what this caller loads has been
    // told to those who wait for it: so two callers never wait for each other.
    [[nodiscard]] async_result<std::vector<std::string>> get_all(std::vector<std::string> keys, loader_of_many load);

    // After the truth was changed. Does not wait. Who comes when this has returned (in the sense of happens-before, on any
    // thread) is given neither what was stored nor the answer of a load that began before. `done`: as of table::drop.
    void drop(std::vector<std::string> keys, then done = {});
    // The same where another node has changed the truth and has dropped what nodes share: of what this process keeps, and loads.
    void forget(std::span<const std::string> keys);
    void forget_all();

private:
    struct reading;
    [[nodiscard]] async_result<> read(reading& r);
    [[nodiscard]] async_result<> lead(reading& r);
    [[nodiscard]] async_result<> follow(reading& r);

    table& texts_;
    const std::chrono::milliseconds patience_;
    const std::unique_ptr<flights> flights_;
    metrics::counter& hits_;
    metrics::counter& misses_;
    metrics::counter& shared_;
    metrics::counter& impatient_;
};

}  // namespace madang::cache

// Counters, gauges and histograms, and the registry that writes them in Prometheus' text format 0.0.4.
//
// The composition root owns the registry and hands it to constructors by reference; they keep references to their
// metrics, which live as long as the registry. Labels are given at registration and never come from clients.
// Threads: metrics are changed from any thread, wait-free (the sum of a histogram: lock-free). Registration and text() lock.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace madang::metrics {

// On cache lines of their own, so that two busy counters do not slow each other down.
inline constexpr std::size_t line = 64;

// Only grows. Its name ends in _total.
class alignas(line) counter {
public:
    void add(std::uint64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

class alignas(line) gauge {
public:
    void set(std::int64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    void add(std::int64_t n = 1) noexcept { value_.fetch_add(n, std::memory_order_relaxed); }
    void sub(std::int64_t n = 1) noexcept { value_.fetch_sub(n, std::memory_order_relaxed); }
    [[nodiscard]] std::int64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

class histogram {
public:
    // Upper ends of the buckets, ascending; one more, without end, is added.
    explicit histogram(std::vector<double> bounds);

    void observe(double value) noexcept;
    // Time is measured in seconds.
    template <class Rep, class Period>
    void observe(std::chrono::duration<Rep, Period> took) noexcept {
        observe(std::chrono::duration<double>(took).count());
    }

    [[nodiscard]] const std::vector<double>& bounds() const noexcept { return bounds_; }
    [[nodiscard]] std::uint64_t in_bucket(std::size_t i) const noexcept;  // not cumulative; i <= bounds().size()
    [[nodiscard]] double sum() const noexcept { return sum_.load(std::memory_order_relaxed); }

private:
    std::vector<double> bounds_;
    std::vector<std::atomic<std::uint64_t>> buckets_;
    std::atomic<double> sum_{0};
};

// 0.5 ms to 10 s, in seconds: requests, commits, deliveries.
[[nodiscard]] std::vector<double> latency_bounds();
// 1, 2, 4 ... `most`: rows of a batch, frames of a write.
[[nodiscard]] std::vector<double> power_bounds(double most);

using labels = std::vector<std::pair<std::string, std::string>>;

// The Content-Type of text().
inline constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

class registry {
public:
    registry();
    ~registry();
    registry(const registry&) = delete;
    registry& operator=(const registry&) = delete;

    // The same name and labels give the same metric again. A name of another type, a wrong name, or more than
    // `most_series` label sets of one name are bugs: std::logic_error.
    static constexpr std::size_t most_series = 256;
    counter& add_counter(std::string_view name, std::string_view help, const labels& with = {});
    gauge& add_gauge(std::string_view name, std::string_view help, const labels& with = {});
    // The bounds of the first registration of a name hold for all its label sets.
    histogram& add_histogram(std::string_view name, std::string_view help, std::vector<double> bounds, const labels& with = {});

    // Values that somebody else counts, asked for by text() on its thread: must be quick, thread-safe, and stay callable
    // as long as the registry is asked. They must not register. Registered twice, the later one holds.
    using source = std::function<double()>;
    void add_counter_from(std::string_view name, std::string_view help, source value, const labels& with = {});
    void add_gauge_from(std::string_view name, std::string_view help, source value, const labels& with = {});

    // All metrics, in the order in which their names were registered.
    [[nodiscard]] std::string text() const;

private:
    struct series;
    struct family;

    series& find_or_add(std::string_view name, std::string_view help, std::string_view type, const labels& with);
    static void set_source(series& of, source value);

    mutable std::mutex guard_;
    std::vector<std::unique_ptr<family>> families_;
};

}  // namespace madang::metrics

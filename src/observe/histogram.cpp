#include "madang/observe/metrics.hpp"

#include <algorithm>
#include <stdexcept>

namespace madang::metrics {

histogram::histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), buckets_(bounds_.size() + 1) {
    // Not ascending: each must be larger than the one before.
    if (std::adjacent_find(bounds_.begin(), bounds_.end(), std::greater_equal<>{}) != bounds_.end())
        throw std::logic_error("the bounds of a histogram must ascend");
}

void histogram::observe(double value) noexcept {
    // A bucket holds what is less than or equal to its bound.
    const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
    buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
    sum_.fetch_add(value, std::memory_order_relaxed);
}

std::uint64_t histogram::in_bucket(std::size_t i) const noexcept { return buckets_[i].load(std::memory_order_relaxed); }

std::vector<double> latency_bounds() { return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10}; }

std::vector<double> power_bounds(double most) {
    std::vector<double> bounds;
    for (double bound = 1; bound <= most; bound *= 2) bounds.push_back(bound);
    return bounds;
}

}  // namespace madang::metrics

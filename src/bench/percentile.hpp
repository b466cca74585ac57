#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace madang::bench {

// Of times in milliseconds, which are sorted by it.
inline double percentile(std::vector<double>& times, double p) {
    if (times.empty()) return 0;
    std::sort(times.begin(), times.end());
    return times[std::min(times.size() - 1, static_cast<std::size_t>(p * static_cast<double>(times.size())))];
}

}  // namespace madang::bench

#include "madang/cache/table.hpp"

#include <random>

namespace madang::cache {

// Chance is enough: a lease need not be hard to guess, only to meet twice for one key.
lease new_lease() {
    thread_local std::mt19937_64 dice{(std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()};
    for (;;)
        if (const auto one = static_cast<lease>(dice()); one != lease::none) return one;
}

}  // namespace madang::cache

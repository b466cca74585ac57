// How long a property test goes on, and by which random choices: short with fixed seeds in CI, long with a random one, which is
// printed, with MADANG_SOAK. MADANG_SEED repeats a run's choices. The order in which threads are faster is not ours to repeat.
#pragma once

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>
#include <vector>

namespace madang::test {

inline int rounds(int in_ci, int in_soak) { return std::getenv("MADANG_SOAK") != nullptr ? in_soak : in_ci; }

// `name`: of what the seed is for, as it is printed.
inline std::vector<unsigned> seeds(const std::string& name, std::vector<unsigned> in_ci) {
    if (const char* const given = std::getenv("MADANG_SEED")) return {static_cast<unsigned>(std::strtoul(given, nullptr, 10))};
    if (std::getenv("MADANG_SOAK") == nullptr) return in_ci;
    const auto drawn = static_cast<unsigned>(std::random_device{}());
    std::cout << "# " << name << ": MADANG_SEED=" << drawn << std::endl;  // now: the test may crash
    return {drawn};
}

}  // namespace madang::test

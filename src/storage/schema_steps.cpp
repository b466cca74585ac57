#include "schema_steps.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace madang::storage {
namespace {

// How many steps further than ours a schema may be.
constexpr std::size_t newer_by = 1;

}  // namespace

std::string checksum(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
    return hex;
}

void check_numbers(std::span<const migration> steps) {
    int expected = 0;
    for (const auto& step : steps)
        if (step.version != ++expected)
            throw migration_error(
                fmt::format("migration {} follows number {}: the numbers must be contiguous from 1", step.name, expected - 1));
}

std::size_t count_applied(std::span<const applied_step> applied, std::span<const migration> steps) {
    for (std::size_t i = 0; i < applied.size(); ++i) {
        const auto& there = applied[i];
        if (i >= steps.size() + newer_by)
            throw migration_error(
                fmt::format("the database is newer than this madang: it has migration {} ({}), and {} is the newest "
                            "known here: run a newer madang",
                            there.version, there.name, steps.size()));
        const int expected = static_cast<int>(i) + 1;
        if (there.version != expected)
            throw migration_error(
                fmt::format("the database lacks migration {} ({}) though it has a later one: restore it from a backup", expected,
                            i < steps.size() ? steps[i].name : "unknown"));
        if (i < steps.size() && there.checksum != checksum(steps[i].sql))
            throw migration_error(
                fmt::format("migration {} ({}) differs from the one that was applied to the database: run the madang "
                            "that belongs to it",
                            there.version, there.name));
    }
    return std::min(applied.size(), steps.size());
}

}  // namespace madang::storage

#include "schema_steps.hpp"

#include "digest.hpp"

#include <fmt/format.h>

namespace madang::storage {
namespace {

// How many steps further than ours a schema may be.
constexpr std::size_t newer_by = 1;

}  // namespace

std::string checksum(std::string_view text) {
    digest all;
    all.add(text);
    return all.text();
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
    return applied.size();
}

schema_plan compare(std::size_t applied, std::span<const migration> steps) {
    schema_plan p;
    for (std::size_t i = applied; i < steps.size(); ++i) p.missing.emplace_back(steps[i].name);
    p.is_newer = applied > steps.size();
    return p;
}

}  // namespace madang::storage

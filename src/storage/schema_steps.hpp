// What every kind of database asks of its migrations: their numbers, and whether a database's history is the beginning of ours.
#pragma once

#include "madang/storage/migrations.hpp"

#include <span>
#include <string>
#include <vector>

namespace madang::storage {

struct applied_step {
    int version = 0;
    std::string name;
    std::string checksum;
};

// Of a step's text: SHA-256, in hexadecimal.
[[nodiscard]] std::string checksum(std::string_view text);

// The steps themselves: a mistake of the build. Throws migration_error.
void check_numbers(std::span<const migration> steps);

// How many steps the database has. They must be the first of ours, and the same; one more, which we do not know, may follow all
// of them (README, "Expand first"). Throws migration_error.
[[nodiscard]] std::size_t count_applied(std::span<const applied_step> applied, std::span<const migration> steps);

[[nodiscard]] schema_plan compare(std::size_t applied, std::span<const migration> steps);

inline constexpr std::size_t epoch_length = 12;

}  // namespace madang::storage

// A directory for one test's database, and the migrations of the source tree.
#pragma once

#include "madang/storage/migrations.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace madang::test {

class temporary_directory {
public:
    temporary_directory();
    ~temporary_directory();
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;

    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

private:
    std::filesystem::path path_;
};

// config/migrations/sqlite, and of PostgreSQL, as the build embeds them.
[[nodiscard]] const std::vector<storage::migration>& source_migrations();
[[nodiscard]] const std::vector<storage::migration>& postgres_migrations();

}  // namespace madang::test

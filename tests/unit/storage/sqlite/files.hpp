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
// And one more step behind them, unless it is empty. Its text is borrowed.
[[nodiscard]] std::vector<storage::migration> with_later_step(std::vector<storage::migration> steps, std::string_view sql);

}  // namespace madang::test

// The database that the configuration names, opened: for serve and for every command that needs it.
#pragma once

#include "madang/config/settings.hpp"
#include "madang/storage/migrations.hpp"
#include "madang/storage/sqlite_store.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace madang::app {

// The file of "sqlite://./data/madang.db".
[[nodiscard]] std::filesystem::path database_file(const config::settings& s);

// The steps that are part of this binary, in order.
[[nodiscard]] std::vector<storage::migration> embedded_migrations();

[[nodiscard]] storage::sqlite_options database_options(const config::settings& s);

}  // namespace madang::app

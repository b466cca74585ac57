// Keeps a second `serve` off the same database file: its feeds and caches would not hear of our commits.
// Command-line tools do not take it; SQLite itself keeps their writes and ours apart.
#pragma once

#include "madang/storage/storage_error.hpp"

#include <filesystem>

namespace madang::storage {

class database_lock {
public:
    // Takes <database>.lock, or throws storage_error that names the process which has it. Creates the directory (0700).
    explicit database_lock(const std::filesystem::path& database);
    ~database_lock();
    database_lock(const database_lock&) = delete;
    database_lock& operator=(const database_lock&) = delete;

private:
    int file_ = -1;  // the kernel gives the lock back when the process ends, however it ends
};

}  // namespace madang::storage

// The directory that holds the database.
#pragma once

#include <filesystem>

namespace madang::storage {

// Creates what is missing, closed to everybody else (0700): the messages of all people lie there. Throws storage_error.
void create_private_directory(const std::filesystem::path& directory);

}  // namespace madang::storage

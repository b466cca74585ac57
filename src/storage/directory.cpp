#include "directory.hpp"

#include "madang/storage/storage_error.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace madang::storage {

void create_private_directory(const std::filesystem::path& directory) {
    if (directory.empty()) return;
    std::error_code unreadable;
    if (std::filesystem::is_directory(directory, unreadable)) return;
    create_private_directory(directory.parent_path());
    if (::mkdir(directory.c_str(), 0700) == 0) return;
    const int why = errno;
    if (std::filesystem::is_directory(directory, unreadable)) return;  // another process was faster
    throw storage_error(fmt::format("cannot create the directory {}: {}: create it for this user, or change storage.url",
                                    directory.string(), std::strerror(why)));
}

}  // namespace madang::storage

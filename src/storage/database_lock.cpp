#include "madang/storage/database_lock.hpp"

#include "directory.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace madang::storage {
namespace {

// Who has the lock, as it wrote it down; empty when it cannot be read.
std::string holder(int file) {
    std::array<char, 32> text{};
    const auto n = ::pread(file, text.data(), text.size(), 0);
    const std::string_view pid(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    return pid.empty() ? std::string{} : fmt::format(" (process {})", pid);
}

}  // namespace

database_lock::database_lock(const std::filesystem::path& database) {
    create_private_directory(database.parent_path());
    const std::string path = database.string() + ".lock";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0)
        throw storage_error(fmt::format("cannot open {}: {}: check the rights of the directory", path, std::strerror(errno)));
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
        const int why = errno;
        const std::string who = holder(file_);
        ::close(file_);
        if (why == EWOULDBLOCK)
            throw storage_error(fmt::format("{} is served by another madang{}: stop that one, or use another storage.url",
                                            database.string(), who));
        throw storage_error(fmt::format("cannot lock {}: {}: put the database on a local disk", path, std::strerror(why)));
    }
    // For whoever is refused; that it may fail (a full disk) matters to nobody else.
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, pid.data(), pid.size(), 0) < 0) return;
}

database_lock::~database_lock() { ::close(file_); }

}  // namespace madang::storage

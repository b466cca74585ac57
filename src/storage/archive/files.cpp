#include "archive/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace madang::storage::archive {
namespace {

constexpr std::size_t chunk = 256 * 1024;

storage_error cannot(const char* what, const std::string& name) {
    return storage_error(fmt::format("cannot {} {}: {}", what, name, std::strerror(errno)));
}

storage_error exists(const std::string& name) { return storage_error(fmt::format("{} exists: name another file", name)); }

int open_to_write(const std::string& name, output::how h) {
    const int flags = h == output::how::create ? O_CREAT | O_EXCL : h == output::how::overwrite ? O_CREAT | O_NOFOLLOW : 0;
    const int file = ::open(name.c_str(), O_WRONLY | O_CLOEXEC | flags, 0600);
    if (file >= 0 || errno != EEXIST) return file;
    // A pipe or a device is there to be written to.
    struct stat there {};
    if (::stat(name.c_str(), &there) == 0 && !S_ISREG(there.st_mode)) return ::open(name.c_str(), O_WRONLY | O_CLOEXEC);
    throw storage_error(
        fmt::format("{} exists: name another file, remove this one, or go on with it (madang export --resume)", name));
}

}  // namespace

output::output(const std::filesystem::path& file, how h) : name_(file == "-" ? "standard output" : file.string()) {
    file_ = file == "-" ? ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0) : open_to_write(name_, h);
    if (file_ < 0) throw cannot(h == how::append ? "open" : "create", name_);
    // Two processes that write one file would leave a mixture.
    if (file != "-" && ::flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        ::close(file_);
        throw storage_error(fmt::format("another process writes {}: wait for it", name_));
    }
    if (h == how::overwrite) {
        refuse_strange();
        truncate(0);
        if (::fchmod(file_, 0600) != 0) fail("close to others");
    }
    waiting_.reserve(2 * chunk);
}

// Passwords' hashes must not go into a file that somebody else has laid there, nor into one that has another name by now.
void output::refuse_strange() const {
    struct stat opened {};
    struct stat named {};
    if (::fstat(file_, &opened) != 0 || ::lstat(name_.c_str(), &named) != 0) fail("look at");
    const bool ours = S_ISREG(opened.st_mode) && opened.st_uid == ::geteuid() && opened.st_nlink == 1;
    if (!ours || opened.st_ino != named.st_ino || opened.st_dev != named.st_dev)
        throw storage_error(fmt::format("{} is not this user's own file: remove it", name_));
}

output::~output() {
    if (file_ >= 0) ::close(file_);
}

void output::fail(const char* what) const { throw cannot(what, name_); }

void output::truncate(std::int64_t size) {
    if (::ftruncate(file_, size) != 0 || ::lseek(file_, size, SEEK_SET) < 0) fail("shorten");
}

void output::write(std::string_view bytes) {
    waiting_ += bytes;
    if (waiting_.size() >= chunk) flush();
}

void output::flush() {
    std::string_view rest{waiting_};
    while (!rest.empty()) {
        const auto n = ::write(file_, rest.data(), rest.size());
        if (n < 0 && errno != EINTR) fail("write");
        if (n > 0) rest.remove_prefix(static_cast<std::size_t>(n));
    }
    waiting_.clear();
}

void output::finish() {
    flush();
    if (::fsync(file_) != 0 && errno != EINVAL && errno != EROFS) fail("write");  // EINVAL: a pipe, a terminal
}

input::input(const std::filesystem::path& file) : name_(file == "-" ? "standard input" : file.string()) {
    file_ = file == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : ::open(name_.c_str(), O_RDONLY | O_CLOEXEC);
    if (file_ < 0) throw cannot("read", name_);
}

input::~input() { ::close(file_); }

std::optional<std::string_view> input::next() {
    std::size_t searched = begin_;
    for (;;) {
        const auto end = buffer_.find('\n', searched);
        if (end != std::string::npos) {
            const auto line = std::string_view{buffer_}.substr(begin_, end - begin_);
            begin_ = end + 1;
            ++lines_;
            bytes_ += static_cast<std::int64_t>(line.size()) + 1;
            return line;
        }
        searched = buffer_.size() - begin_;
        buffer_.erase(0, begin_);
        begin_ = 0;
        if (buffer_.size() > longest_line) throw at_line("is longer than a line of an archive can be", lines_ + 1);
        if (!fill()) return std::nullopt;
    }
}

bool input::fill() {
    const auto before = buffer_.size();
    buffer_.resize(before + chunk);
    ssize_t n = 0;
    do {
        n = ::read(file_, buffer_.data() + before, chunk);
    } while (n < 0 && errno == EINTR);
    if (n < 0) throw cannot("read", name_);
    buffer_.resize(before + static_cast<std::size_t>(n));
    return n > 0;
}

storage_error input::at_line(std::string_view what, std::int64_t line) const {
    return storage_error(fmt::format("{}:{}: {}", name_, line, what));
}

void rename_complete(const std::filesystem::path& part, const std::filesystem::path& file) {
    const auto name = file.string();
    if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, name.c_str(), RENAME_NOREPLACE) != 0) {
        if (errno == EEXIST) throw exists(name);
        // A file system that cannot promise it: the moment between the two lines is all that is lost.
        if (errno != EINVAL && errno != ENOSYS) throw cannot("create", name);
        if (std::filesystem::exists(file)) throw exists(name);
        if (::rename(part.c_str(), name.c_str()) != 0) throw cannot("create", name);
    }
    const auto directory = file.has_parent_path() ? file.parent_path() : std::filesystem::path{"."};
    const int opened = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (opened < 0) throw cannot("open", directory.string());
    const bool synced = ::fsync(opened) == 0 || errno == EINVAL;
    const int why = errno;
    ::close(opened);
    errno = why;
    if (!synced) throw cannot("write", directory.string());
}

}  // namespace madang::storage::archive

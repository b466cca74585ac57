// The file of an archive, or a pipe: bytes out, lines in. "-" is standard output or input. Throws storage_error.
#pragma once

#include "madang/storage/storage_error.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace madang::storage::archive {

class output {
public:
    enum class how {
        create,     // must not exist; 0600, because password hashes and keys are in it
        overwrite,  // what an earlier run left behind; the same otherwise
        append,
    };
    output(const std::filesystem::path& file, how h);
    ~output();
    output(const output&) = delete;
    output& operator=(const output&) = delete;

    // Cuts the file behind so many bytes, and goes on there.
    void truncate(std::int64_t size);
    void write(std::string_view bytes);
    // Everything that was written is in the file and, unless it is a pipe, on the disk.
    void finish();

private:
    [[noreturn]] void fail(const char* what) const;
    void refuse_strange() const;
    void flush();

    std::string name_;
    int file_ = -1;
    std::string waiting_;
};

class input {
public:
    // A line that is longer is at fault: the longest that an export writes has some ten thousand bytes.
    static constexpr std::size_t longest_line = 16 << 20;

    explicit input(const std::filesystem::path& file);
    ~input();
    input(const input&) = delete;
    input& operator=(const input&) = delete;

    // The next line without its end, valid until the next call; nothing when there is none. What comes after the last line end is
    // no line, because it may be cut.
    [[nodiscard]] std::optional<std::string_view> next();

    // How many lines next() gave; and how many bytes of the file they are.
    [[nodiscard]] std::int64_t lines() const noexcept { return lines_; }
    [[nodiscard]] std::int64_t bytes() const noexcept { return bytes_; }
    // An error about the last line, or `after` it.
    [[nodiscard]] storage_error at_line(std::string_view what, std::int64_t line) const;
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    bool fill();

    std::string name_;
    int file_ = -1;
    std::string buffer_;
    std::size_t begin_ = 0;  // of the next line, in the buffer
    std::int64_t lines_ = 0;
    std::int64_t bytes_ = 0;
};

// Gives a complete file its name, unless there is one already, so that it is still there after a power cut.
void rename_complete(const std::filesystem::path& part, const std::filesystem::path& file);

}  // namespace madang::storage::archive

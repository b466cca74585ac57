// A small database with every kind of row, on either store, and words to move it.
#pragma once

#include "madang/storage/archive.hpp"

#include "../postgres/server.hpp"
#include "../sqlite/files.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "manual_clock.hpp"

namespace madang::test {

inline const manual_clock archive_time;

// A database of its own for one test, empty but migrated.
class moving_place {
public:
    explicit moving_place(bool postgres);
    [[nodiscard]] const storage::database_place& place() const { return place_; }

    // People, sessions, contacts, rooms, `messages` messages and what else a database holds.
    void fill(int messages = 12);
    // One statement that both databases understand.
    void execute(const std::string& statement);
    [[nodiscard]] std::int64_t number(const std::string& query);
    // What whoever serves it would hear; throws as the store does.
    void open_store();

private:
    temporary_directory directory_;
    storage::database_place place_;
};

// The program's two kinds, for GENERATE.
#define EACH_PLACE GENERATE(false, true)

[[nodiscard]] std::string contents(const std::filesystem::path& file);
void write(const std::filesystem::path& file, std::string_view text);
[[nodiscard]] std::vector<std::string> lines_of(const std::string& text);
// Without the first line, which names the time and the epoch.
[[nodiscard]] std::string body(const std::string& text);

// Into a file of the directory; and its text.
std::string exported(const storage::database_place& from, const std::filesystem::path& file);
storage::archive_summary imported(const storage::database_place& to, const std::filesystem::path& file,
                                  storage::import_mode how = storage::import_mode::into_empty);

}  // namespace madang::test

// The lines of an archive, without I/O: made from rows here, and read back in line_reader.hpp.
#pragma once

#include "archive/tables.hpp"
#include "madang/base/clock.hpp"

#include <string>
#include <string_view>

namespace madang::storage::archive {

inline constexpr std::string_view format_name = "madang-archive";
inline constexpr std::int64_t format_version = 1;  // 2 with the first change of tables(), after which 1 is still read

// The first line.
struct header {
    std::string version;  // of the madang that wrote it
    std::string epoch;
    timestamp time;
    counts rows;      // what the snapshot holds
    counts greatest;  // its greatest ids, of tables that give some; else 0
};

// Each ends its line.
[[nodiscard]] std::string to_line(const header& h);
void append_line(std::string& out, const table& t, const record& r);
// `sha256`: of the lines of all rows, in hexadecimal.
[[nodiscard]] std::string end_line(const counts& rows, std::string_view sha256);

}  // namespace madang::storage::archive

// How far an import has come, as it stands in `meta` while it is not complete.
#pragma once

#include "madang/storage/storage_error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace madang::storage::archive {

// Its name in `meta`.
inline constexpr std::string_view progress_name = "import";

struct progress {
    std::int64_t lines = 0;  // of the file that are in the database, the first one included
    std::string identity;    // of the file: its first line's checksum, which holds the time to the millisecond
    bool restores = false;   // begun by a restore, or gone on with by one: tokens are void at its end, whoever brings that about
};

// Stands for the identity when what is in the database cannot be completed by anything.
inline constexpr std::string_view given_up = "failed";

[[nodiscard]] std::string to_text(const progress& p);
// Of what to_text() wrote.
[[nodiscard]] progress progress_from(std::string_view text);

// Whoever opens a database asks this first, with what `meta` says: half of an archive is no database. Throws storage_error.
void refuse_unfinished(const std::optional<std::string>& progress);

}  // namespace madang::storage::archive

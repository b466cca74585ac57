#include "postgres/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace madang::storage::postgres {

failure failure::connection_lost(std::string_view why) { return {"", fmt::format("PostgreSQL: {}", why)}; }

failure failure::of_ours(std::string_view what) { return {"P0001", std::string{what}}; }

failure failure::overtaken(std::string_view how) { return {"40001", std::string{how}}; }

failure failure::too_busy(std::string_view what) {
    failure f{"53000", std::string{what}};
    f.too_busy_ = true;
    return f;
}

failure failure::and_lost() const {
    failure f = *this;
    f.lost_ = true;
    return f;
}

bool failure::of_connection() const noexcept {
    // 57P01-57P03: the server ends or is not there yet; 08: connection exception; 25P03: idle in a transaction for too long.
    return lost_ || sqlstate_.empty() || sqlstate_.starts_with("57P") || sqlstate_.starts_with("08") || sqlstate_ == "25P03";
}

bool failure::of_contention() const noexcept { return !lost_ && (sqlstate_.starts_with("40") || sqlstate_ == "55P03"); }

bool failure::of_environment() const noexcept {
    // 25006: read-only (a standby, or a server that has been demoted); 26000: what should have been prepared before failed; 53:
    // disk, memory, connections; 57014: a statement that took too long; 58: the system; F0, XX: the server's own files.
    static constexpr std::array classes{"53", "57", "58", "F0", "XX"};
    return of_connection() || of_contention() || sqlstate_ == "25006" || sqlstate_ == "26000" || of_rights() ||
           std::ranges::any_of(classes, [this](const char* c) { return sqlstate_.starts_with(c); });
}

error failure::as_error() const {
    if (too_busy_) return retry_later(errc::too_busy, std::chrono::seconds{1});
    if (of_environment()) return retry_later(errc::unavailable, std::chrono::seconds{1});
    return errc::internal;
}

}  // namespace madang::storage::postgres

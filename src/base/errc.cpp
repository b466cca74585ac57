#include "madang/base/errc.hpp"

#include <array>
#include <cstddef>

namespace madang {
namespace {

struct row {
    std::string_view name;
    int status;
};

// In the order of the enumeration.
constexpr std::array<row, 20> rows{{
    {"invalid_request", 400},   {"malformed_json", 400},
    {"unauthenticated", 401},   {"token_expired", 401},
    {"bad_credentials", 401},   {"forbidden", 403},
    {"not_a_member", 403},      {"blocked", 403},
    {"not_friends", 403},       {"not_found", 404},
    {"conflict", 409},          {"username_taken", 409},
    {"already_friends", 409},   {"cannot_befriend_yourself", 409},
    {"payload_too_large", 413}, {"unsupported_media_type", 415},
    {"rate_limited", 429},      {"internal", 500},
    {"unavailable", 503},       {"too_busy", 503},
}};
static_assert(rows.size() == static_cast<std::size_t>(errc::too_busy) + 1);

}  // namespace

std::string_view to_string(errc code) noexcept { return rows[static_cast<std::size_t>(code)].name; }

int http_status(errc code) noexcept { return rows[static_cast<std::size_t>(code)].status; }

}  // namespace madang

// The closed set of refusals, as clients see them (contract, chapter 1).
#pragma once

#include <string_view>

namespace madang {

enum class errc {
    invalid_request,
    malformed_json,
    unauthenticated,
    token_expired,
    bad_credentials,
    forbidden,
    not_a_member,
    blocked,
    not_friends,
    not_found,
    conflict,
    username_taken,
    already_friends,
    cannot_befriend_yourself,
    payload_too_large,
    unsupported_media_type,
    rate_limited,
    internal,
    unavailable,  // the outcome is not known: repeat with the same key
    too_busy,     // nothing was done: come back later
};

// The code on the wire: "not_a_member".
[[nodiscard]] std::string_view to_string(errc code) noexcept;

// The HTTP status that goes with it.
[[nodiscard]] int http_status(errc code) noexcept;

}  // namespace madang

// The versions of STOMP, and how client and server agree on one.
#pragma once

#include <optional>
#include <string_view>

namespace madang::stomp {

enum class version { v10, v11, v12 };

// What an ERROR offers after a failed negotiation.
inline constexpr std::string_view supported_versions = "1.0,1.1,1.2";

// "1.2"
[[nodiscard]] std::string_view to_string(version v) noexcept;

// "v12.stomp", the WebSocket subprotocol.
[[nodiscard]] std::string_view subprotocol(version v) noexcept;

// The highest version that a CONNECT's `accept-version` and this server share (STOMP 1.2, "Protocol Negotiation").
// An absent header means 1.0. Nothing: no version is shared.
[[nodiscard]] std::optional<version> negotiate(std::optional<std::string_view> accept_version) noexcept;

// The highest known subprotocol of a `Sec-WebSocket-Protocol` header, which may list several between commas.
// Nothing: none is known, and so none may be answered (RFC 6455, 4.2.2).
[[nodiscard]] std::optional<version> choose_subprotocol(std::string_view offered) noexcept;

}  // namespace madang::stomp

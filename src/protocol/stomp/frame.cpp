#include "madang/protocol/stomp/frame.hpp"

#include <array>
#include <cstddef>

namespace madang::stomp {
namespace {

// In the order of the enumeration.
constexpr std::array<std::string_view, 15> names{"CONNECT",    "STOMP",     "SEND",    "SUBSCRIBE", "UNSUBSCRIBE",
                                                 "ACK",        "NACK",      "BEGIN",   "COMMIT",    "ABORT",
                                                 "DISCONNECT", "CONNECTED", "MESSAGE", "RECEIPT",   "ERROR"};
static_assert(names.size() == static_cast<std::size_t>(command::error) + 1);

}  // namespace

std::string_view to_string(command c) noexcept { return names[static_cast<std::size_t>(c)]; }

std::optional<command> command_named(std::string_view name) noexcept {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return static_cast<command>(i);
    return std::nullopt;
}

std::optional<std::string_view> find(std::span<const header> headers, std::string_view name) noexcept {
    for (const auto& h : headers)
        if (h.name == name) return h.value;
    return std::nullopt;
}

}  // namespace madang::stomp

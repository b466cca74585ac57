// A STOMP frame as the parser shows it and the encoder takes it: views only, it owns nothing.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace madang::stomp {

enum class command {
    // a client's
    connect,
    stomp,
    send,
    subscribe,
    unsubscribe,
    ack,
    nack,
    begin,
    commit,
    abort,
    disconnect,
    // a server's
    connected,
    message,
    receipt,
    error,
};

// "SUBSCRIBE"
[[nodiscard]] std::string_view to_string(command c) noexcept;

// Commands are case sensitive (STOMP 1.2, "STOMP Frames").
[[nodiscard]] std::optional<command> command_named(std::string_view name) noexcept;

// Only SEND, MESSAGE and ERROR may have a body (STOMP 1.2, "Body").
[[nodiscard]] constexpr bool may_have_body(command c) noexcept {
    return c == command::send || c == command::message || c == command::error;
}

struct header {
    std::string_view name;
    std::string_view value;

    friend bool operator==(const header&, const header&) = default;
};

// The first of repeated headers counts (STOMP 1.2, "Repeated Header Entries").
[[nodiscard]] std::optional<std::string_view> find(std::span<const header> headers, std::string_view name) noexcept;

struct frame {
    stomp::command command = command::send;
    std::span<const header> headers;  // in the order of the wire, repeated ones included
    std::string_view body;

    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const noexcept {
        return stomp::find(headers, name);
    }
};

}  // namespace madang::stomp

// The log: one line an event, on standard error, written by a thread of its own. The one global of the house.
//
//     log::info("session closed", {{"session", id}, {"reason", "too_slow"}, {"bytes", n}});
//
// Thread-safe and never blocking: the queue is bounded, and when it is full the oldest line is lost and counted.
// Never log a token, a password or a body. Before start() and after stop() nothing is written.
#pragma once

#include "madang/base/ids.hpp"

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <variant>

namespace madang::log {

enum class level { trace, debug, info, warn, error, off };
enum class format { text, json };

// A name and a value. Texts are only viewed, until the line is formatted inside the call: temporaries are fine.
// Names are ours: plain ASCII, none of "time", "level", "msg". Texts longer than 2 KiB are cut.
struct field {
    using value_type = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

    std::string_view name;
    value_type value;

    field(std::string_view n, std::string_view v) : name(n), value(v) {}
    template <std::same_as<bool> T>
    field(std::string_view n, T v) : name(n), value(v) {}
    template <std::signed_integral T>
    field(std::string_view n, T v) : name(n), value(std::int64_t{v}) {}
    template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>) field(std::string_view n, T v) : name(n), value(std::uint64_t{v}) {}
    template <std::floating_point T>
    field(std::string_view n, T v) : name(n), value(double{v}) {}
    template <class Tag>
    field(std::string_view n, id<Tag> v) : name(n), value(v.value) {}
    // Milliseconds; let the name say so: "took_ms".
    field(std::string_view n, std::chrono::milliseconds v) : name(n), value(std::int64_t{v.count()}) {}
};
using fields = std::initializer_list<field>;

// Starts the writing thread; again, to change the format. Lines that wait at most: `queue`.
void start(level least, format how, std::size_t queue = 8192);
// Writes what waits and ends the thread. Lines logged by others meanwhile may be lost.
void stop();

void set_level(level least) noexcept;
// Lines lost to a full queue since the first start().
[[nodiscard]] std::uint64_t dropped() noexcept;

// --- one session, by its id ------------------------------------------------------------------------------------------
// Sessions whose trace is written whatever the level. At most 16; false if there is no room for another.
inline constexpr std::size_t most_traced = 16;
bool trace_session(session_id session, bool on);
// One atomic load while nothing is traced.
[[nodiscard]] bool traced(session_id session) noexcept;

namespace detail {
inline std::atomic<level> least{level::off};
inline std::atomic<std::size_t> traced_count{0};
void write(level at, std::string_view message, fields with);
void write_trace(session_id session, std::string_view message, fields with);
}  // namespace detail

[[nodiscard]] inline bool enabled(level at) noexcept { return at >= detail::least.load(std::memory_order_relaxed); }

inline void trace(std::string_view message, fields with = {}) {
    if (enabled(level::trace)) detail::write(level::trace, message, with);
}
inline void debug(std::string_view message, fields with = {}) {
    if (enabled(level::debug)) detail::write(level::debug, message, with);
}
inline void info(std::string_view message, fields with = {}) {
    if (enabled(level::info)) detail::write(level::info, message, with);
}
inline void warn(std::string_view message, fields with = {}) {
    if (enabled(level::warn)) detail::write(level::warn, message, with);
}
inline void error(std::string_view message, fields with = {}) {
    if (enabled(level::error)) detail::write(level::error, message, with);
}

// What a session does, step by step: written at level trace, or when the session is traced. Adds the field "session".
inline void trace_of(session_id session, std::string_view message, fields with = {}) {
    if (enabled(level::trace) || traced(session)) detail::write_trace(session, message, with);
}

}  // namespace madang::log

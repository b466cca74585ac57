// Time as the house uses it: wall-clock milliseconds for what is stored and shown, a steady clock for waiting.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace madang {

using timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
using steady_time = std::chrono::steady_clock::time_point;

// Where "now" comes from, so that tests can move it. Implementations are thread-safe.
class clock {
public:
    virtual ~clock() = default;
    [[nodiscard]] virtual timestamp now() const = 0;
    [[nodiscard]] virtual steady_time steady_now() const = 0;
};

class system_clock final : public clock {
public:
    [[nodiscard]] timestamp now() const override;
    [[nodiscard]] steady_time steady_now() const override;
};

// "2026-11-22T08:30:00.123Z" (RFC 3339, UTC, milliseconds).
[[nodiscard]] std::string to_rfc3339(timestamp t);

}  // namespace madang

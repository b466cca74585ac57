// The `heart-beat` header and what two of them agree on (STOMP 1.2, "Heart-beating").
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace madang::stomp {

// What one side declares. 0 stands for "cannot" and "does not want".
struct heart_beat_offer {
    std::chrono::milliseconds can_send{0};
    std::chrono::milliseconds wants{0};

    friend bool operator==(const heart_beat_offer&, const heart_beat_offer&) = default;
};

// The longest interval that may be declared; a longer one is refused as a mistake.
inline constexpr std::chrono::milliseconds longest_heart_beat = std::chrono::hours{24};

// Reads "x,y": two numbers of milliseconds, digits only. An absent header means 0,0. Nothing: it is malformed.
[[nodiscard]] std::optional<heart_beat_offer> parse_heart_beat(std::optional<std::string_view> value) noexcept;

// "10000,10000"
[[nodiscard]] std::string to_string(const heart_beat_offer& offer);

// What was agreed, seen from one side. 0 means none in that direction.
struct heart_beat_plan {
    std::chrono::milliseconds send_every{0};
    std::chrono::milliseconds expect_every{0};

    friend bool operator==(const heart_beat_plan&, const heart_beat_plan&) = default;
};

[[nodiscard]] heart_beat_plan agree(const heart_beat_offer& ours, const heart_beat_offer& theirs) noexcept;

}  // namespace madang::stomp

// Identifiers that cannot be mistaken for each other. All are positive and below 2^53, so that JSON carries them exactly.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace madang {

template <class Tag>
struct id {
    std::int64_t value = 0;

    friend auto operator<=>(const id&, const id&) = default;
    explicit operator bool() const noexcept { return value > 0; }
};

using user_id = id<struct user_tag>;
using room_id = id<struct room_tag>;
using session_id = id<struct session_tag>;

// Numbers every durable event of a room, contiguous from 1 (design, chapter 1).
using seq_t = std::int64_t;
// Numbers the messages of a room alone, contiguous from 1.
using ordinal_t = std::int64_t;

inline constexpr std::int64_t max_json_integer = (std::int64_t{1} << 53) - 1;

}  // namespace madang

template <class Tag>
struct std::hash<madang::id<Tag>> {
    std::size_t operator()(const madang::id<Tag>& id) const noexcept { return std::hash<std::int64_t>{}(id.value); }
};

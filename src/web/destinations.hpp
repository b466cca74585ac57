// What a destination means (contract, chapter 4), and the names of the broker's topics behind it.
#pragma once

#include "madang/base/ids.hpp"

#include <string>
#include <string_view>

namespace madang::web {

enum class destination_kind {
    unknown,
    room,         // /topic/rooms/{id}
    room_typing,  // …/typing
    room_reads,   // …/reads
    user_rooms,   // /user/queue/rooms
    user_events,
    user_presence,
    user_errors,
    app_message,  // /app/rooms/{id}/messages
    app_typing,
    app_read,
    app_refresh,  // /app/session/refresh
};

struct destination {
    destination_kind kind = destination_kind::unknown;
    room_id room;
};

[[nodiscard]] destination parse_destination(std::string_view text) noexcept;

// Topics. A room's is also the `destination` that its messages carry.
[[nodiscard]] std::string room_topic(room_id room);
[[nodiscard]] std::string typing_topic(room_id room);
[[nodiscard]] std::string reads_topic(room_id room);
[[nodiscard]] std::string user_events_topic(user_id user);
[[nodiscard]] std::string user_presence_topic(user_id user);
// Whose presence topic it is; nobody's for all other topics.
[[nodiscard]] user_id watcher_of(std::string_view topic) noexcept;

inline constexpr std::string_view user_events_destination = "/user/queue/events";
inline constexpr std::string_view user_presence_destination = "/user/queue/presence";
inline constexpr std::string_view user_errors_destination = "/user/queue/errors";

}  // namespace madang::web

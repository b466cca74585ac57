#include "destinations.hpp"

#include <fmt/format.h>

#include <charconv>

namespace madang::web {
namespace {

// "/17/typing" to 17 and "/typing"; 0 where there is no id.
room_id take_room(std::string_view& rest) noexcept {
    if (!rest.starts_with('/')) return {};
    std::int64_t n = 0;
    const auto [end, ec] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), n);
    if (ec != std::errc{} || n < 1 || n > max_json_integer) return {};
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return room_id{n};
}

destination of_room(std::string_view rest, std::initializer_list<std::pair<std::string_view, destination_kind>> kinds) noexcept {
    const room_id room = take_room(rest);
    if (!room) return {};
    for (const auto& [suffix, kind] : kinds)
        if (rest == suffix) return {kind, room};
    return {};
}

}  // namespace

destination parse_destination(std::string_view text) noexcept {
    using enum destination_kind;
    constexpr std::string_view topics = "/topic/rooms";
    constexpr std::string_view app = "/app/rooms";
    if (text.starts_with(topics))
        return of_room(text.substr(topics.size()), {{"", room}, {"/typing", room_typing}, {"/reads", room_reads}});
    if (text.starts_with(app))
        return of_room(text.substr(app.size()), {{"/messages", app_message}, {"/typing", app_typing}, {"/read", app_read}});
    if (text == "/user/queue/rooms") return {user_rooms, {}};
    if (text == user_events_destination) return {user_events, {}};
    if (text == user_presence_destination) return {user_presence, {}};
    if (text == user_errors_destination) return {user_errors, {}};
    if (text == "/app/session/refresh") return {app_refresh, {}};
    return {};
}

std::string room_topic(room_id room) { return fmt::format("/topic/rooms/{}", room.value); }
std::string typing_topic(room_id room) { return fmt::format("/topic/rooms/{}/typing", room.value); }
std::string reads_topic(room_id room) { return fmt::format("/topic/rooms/{}/reads", room.value); }
std::string user_events_topic(user_id user) { return fmt::format("/user/{}/queue/events", user.value); }
std::string user_presence_topic(user_id user) { return fmt::format("/user/{}/queue/presence", user.value); }

user_id watcher_of(std::string_view topic) noexcept {
    constexpr std::string_view start = "/user/";
    constexpr std::string_view rest = "/queue/presence";
    if (!topic.starts_with(start) || !topic.ends_with(rest)) return {};
    std::int64_t n = 0;
    const auto* const end = topic.data() + topic.size() - rest.size();
    const auto [at, ec] = std::from_chars(topic.data() + start.size(), end, n);
    return ec == std::errc{} && at == end ? user_id{n} : user_id{};
}

}  // namespace madang::web

#include "destinations.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::web;
using enum destination_kind;

TEST_CASE("each destination of the contract is known") {
    struct row {
        std::string_view text;
        destination_kind kind;
        std::int64_t room_number;
    };
    for (const auto& [text, kind, number] :
         {row{"/topic/rooms/17", room, 17}, row{"/topic/rooms/17/typing", room_typing, 17},
          row{"/topic/rooms/17/reads", room_reads, 17}, row{"/user/queue/rooms", user_rooms, 0},
          row{"/user/queue/events", user_events, 0}, row{"/user/queue/errors", user_errors, 0},
          row{"/app/rooms/17/messages", app_message, 17}, row{"/app/rooms/17/typing", app_typing, 17},
          row{"/app/rooms/17/read", app_read, 17}, row{"/app/session/refresh", app_refresh, 0},
          row{"/topic/rooms/9007199254740991", room, 9007199254740991}}) {
        CAPTURE(std::string{text});
        const auto found = parse_destination(text);
        REQUIRE(found.kind == kind);
        REQUIRE(found.room == room_id{number});
    }
}

TEST_CASE("what only looks like a destination is none") {
    for (const std::string text : {"",
                                   "/",
                                   "/topic",
                                   "/topic/rooms",
                                   "/topic/rooms/",
                                   "/topic/rooms/0",
                                   "/topic/rooms/-1",
                                   "/topic/rooms/+1",
                                   "/topic/rooms/ 1",
                                   "/topic/rooms/1x",
                                   "/topic/rooms/1/",
                                   "/topic/rooms/1/messages",
                                   "/topic/rooms/9007199254740992",
                                   "/topic/rooms/99999999999999999999",
                                   "/topic/roomsx/1",
                                   "/topic/rooms1",
                                   "/topic/rooms/0x1",
                                   "/app/rooms/1",
                                   "/app/rooms/1/reads",
                                   "/user/queue/rooms/",
                                   "/user/1/queue/events",
                                   "topic/rooms/1",
                                   "/TOPIC/rooms/1",
                                   "/queue/open/a"}) {
        CAPTURE(text);
        REQUIRE(parse_destination(text).kind == unknown);
    }
}

TEST_CASE("a room's topics are the destinations that it is subscribed by, and a user's are nobody else's") {
    const room_id r{17};
    REQUIRE(parse_destination(room_topic(r)).kind == room);
    REQUIRE(parse_destination(typing_topic(r)).kind == room_typing);
    REQUIRE(parse_destination(reads_topic(r)).kind == room_reads);
    REQUIRE(user_events_topic(user_id{1}) != user_events_topic(user_id{2}));
    REQUIRE(parse_destination(user_events_topic(user_id{1})).kind == unknown);
}

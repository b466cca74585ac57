#include "event_frame.hpp"

#include <fmt/format.h>

#include "catch.hpp"

using namespace madang;
using namespace madang::web;

namespace {

domain::event of(domain::event_body body) {
    domain::event e;
    e.room = room_id{5};
    e.seq = 9;
    e.author = user_id{1};
    e.body = std::move(body);
    return e;
}

// The frame as the contract, chapter 4, has it.
std::string frame(std::string_view own, std::string_view json) {
    return fmt::format("{}content-type:application/json\ncontent-length:{}\n\n{}", own, json.size(), json) + '\0';
}

constexpr std::string_view room_headers = "destination:/topic/rooms/5\nmessage-id:5.9\nx-seq:9\nx-epoch:e1\n";
constexpr std::string_view event_start = R"({"roomId":5,"seq":9,"kind":)";
constexpr std::string_view event_end = R"(,"authorId":1,"createdAt":"1970-01-01T00:00:00.000Z")";

}  // namespace

TEST_CASE("an event's frame names its room, its seq and the epoch") {
    domain::room_renamed renamed{"us"};
    const auto m = to_message(of(renamed), "e1");
    REQUIRE(m->seq == 9);
    REQUIRE(m->about == 0);
    REQUIRE_FALSE(m->sheddable);
    REQUIRE(m->tail == frame(room_headers, fmt::format(R"({}"rename"{},"name":"us"}})", event_start, event_end)));
    REQUIRE(m->concealed.empty());
}

TEST_CASE("an event about an earlier message carries a second frame without content") {
    domain::message_edited edit;
    edit.target = 3;
    edit.text = "better";
    const auto m = to_message(of(edit), "e1");
    REQUIRE(m->about == 3);
    REQUIRE(m->tail == frame(room_headers, fmt::format(R"({}"edit"{},"targetSeq":3,"text":"better"}})", event_start, event_end)));
    REQUIRE(m->concealed == frame(room_headers, fmt::format(R"({}"edit"{},"targetSeq":3}})", event_start, event_end)));
}

TEST_CASE("what is not stored has no seq") {
    const auto m = to_message("/topic/rooms/5/typing", "m.1", "{}", true);
    REQUIRE(m->seq == 0);
    REQUIRE(m->sheddable);
    REQUIRE(m->tail == frame("destination:/topic/rooms/5/typing\nmessage-id:m.1\n", "{}"));
}

#include "event_frame.hpp"

#include "destinations.hpp"

#include "madang/domain/encode.hpp"
#include "madang/protocol/stomp/encoder.hpp"

#include <fmt/format.h>

#include <array>

namespace madang::web {
namespace {

constexpr std::string_view json_type = "application/json";
// No value of ours needs an escape, so the bytes are the same in every version.
constexpr auto any_version = stomp::version::v12;

}  // namespace

broker::message_ptr to_message(const domain::event& e, const std::string& epoch) {
    const std::string destination = room_topic(e.room);
    const std::string id = fmt::format("{}.{}", e.room.value, e.seq);
    const std::string seq = std::to_string(e.seq);
    const std::array<stomp::header, 4> headers{
        {{"destination", destination}, {"message-id", id}, {"x-seq", seq}, {"x-epoch", epoch}}};
    auto m = std::make_shared<broker::message>();
    m->seq = e.seq;
    m->about = e.target();
    if (const auto* left = std::get_if<domain::member_left>(&e.body)) m->leaver = left->user;
    m->tail = stomp::message_tail(any_version, headers, json_type, domain::to_json(e));
    if (m->about != 0) m->concealed = stomp::message_tail(any_version, headers, json_type, domain::to_json(e, true));
    return m;
}

broker::message_ptr to_message(std::string_view destination, std::string_view message_id, std::string_view json, bool sheddable) {
    const std::array<stomp::header, 2> headers{{{"destination", destination}, {"message-id", message_id}}};
    auto m = std::make_shared<broker::message>();
    m->tail = stomp::message_tail(any_version, headers, json_type, json);
    m->sheddable = sheddable;
    return m;
}

}  // namespace madang::web

#include "madang/web/room_history.hpp"

#include "destinations.hpp"
#include "event_frame.hpp"

namespace madang::web {

async_result<std::vector<broker::message_ptr>> room_history::after(std::string topic, seq_t position, std::size_t limit) {
    const room_id room = parse_destination(topic).room;
    const auto events = co_await rooms_.events(room, position, limit);
    if (!events) co_return events.error();
    std::vector<broker::message_ptr> messages;
    messages.reserve(events->size());
    const auto epoch = epoch_.name();
    for (const auto& e : *events) messages.push_back(to_message(e, epoch));
    co_return messages;
}

}  // namespace madang::web

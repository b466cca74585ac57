#include "madang/web/listening.hpp"

#include "destinations.hpp"

namespace madang::web {

// A room's messages, typing and reads are all news of the room. What is one person's alone is heard with that person.
void listening::topic(const std::string& name, bool here) {
    const auto room = parse_destination(name).room;
    if (room) to_.in_room(room, here);
}

}  // namespace madang::web

#include "madang/web/listening.hpp"

#include "destinations.hpp"

namespace madang::web {

// A room's messages, typing and reads are all news of the room. What is one person's alone is heard with that person.
void listening::topic(const std::string& name, bool here) {
    if (const auto heard = parse_destination(name).room) room(heard, here);
    if (const auto watcher = watcher_of(name))
        for (auto* const one : told_) one->in_presence(watcher, here);
}

void listening::room(room_id room, bool here) {
    for (auto* const one : told_) one->in_room(room, here);
}

void listening::user(user_id who, bool here) {
    for (auto* const one : told_) one->in_user(who, here);
}

}  // namespace madang::web

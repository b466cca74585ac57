#include "madang/web/listening.hpp"

#include "destinations.hpp"

namespace madang::web {

// A room's messages, typing and reads are all news of the room. What is one person's alone is heard with that person.
void listening::topic(const std::string& name, bool here) {
    const auto room = parse_destination(name).room;
    const auto watcher = watcher_of(name);
    for (auto* const one : told_) {
        if (room) one->in_room(room, here);
        if (watcher) one->in_presence(watcher, here);
    }
}

void listening::user(user_id who, bool here) {
    for (auto* const one : told_) one->in_user(who, here);
}

}  // namespace madang::web

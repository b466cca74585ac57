#include "interests.hpp"

namespace madang::bus {

interests::change interests::count(listened& on, int& n, bool here) {
    n += here ? 1 : -1;
    if (here && n == 1) return on.present++ == 0 ? change::first : change::none;
    if (!here && n == 0) return --on.present == 0 ? change::last : change::none;
    return change::none;
}

std::vector<room_id> interests::rooms_on(channel c) {
    auto& on = channels_[c];
    std::erase_if(on.rooms, [](const auto& entry) { return entry.second == 0; });
    std::erase_if(on.users, [](const auto& entry) { return entry.second == 0; });
    std::vector<room_id> all;
    for (const auto& [room, n] : on.rooms)
        if (n > 0) all.push_back(room);
    return all;
}

std::vector<user_id> interests::people() const {
    std::vector<user_id> all;
    for (const auto& on : channels_)
        for (const auto& [user, n] : on.users)
            if (n > 0) all.push_back(user);
    return all;
}

}  // namespace madang::bus

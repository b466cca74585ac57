// What the people on this node listen to, so that other nodes' news of it are asked for. Thread-safe and quick. Coming and going
// of one thing may be told in the wrong order: they are counted.
#pragma once

#include "madang/base/ids.hpp"

namespace madang::domain {

class interest {
public:
    virtual ~interest() = default;
    virtual void in_room(room_id room, bool here) = 0;
    virtual void in_user(user_id user, bool here) = 0;
    // Somebody who wants to know about their friends' presence.
    virtual void in_presence(user_id, bool) {}
};

}  // namespace madang::domain

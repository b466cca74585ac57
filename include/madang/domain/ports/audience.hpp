// Who is listening right now: sockets, as the domain sees them. Thread-safe; nothing here waits, and all of it is a hint that
// the next reader repairs from the database.
#pragma once

#include "madang/domain/event.hpp"
#include "madang/domain/ports/presence_board.hpp"

#include <span>
#include <string>
#include <utility>
#include <vector>

namespace madang::domain {

struct read_mark {
    user_id user;
    ordinal_t ordinal = 0;
};

class audience {
public:
    virtual ~audience() = default;

    // Whether anybody on this node listens to the room; may be wrong for a moment.
    [[nodiscard]] virtual bool anyone(room_id room) const = 0;
    [[nodiscard]] virtual bool online(user_id user) const = 0;

    // Committed events in seq order within each room. Who joined is attached before the event is delivered, who left is detached
    // after.
    virtual void deliver(std::vector<commit> commits) = 0;

    // To all devices of one person: a JSON object with `type` (contract, /user/queue/events).
    virtual void tell(user_id to, std::string json) = 0;
    virtual void typing(room_id room, user_id user) = 0;
    [[nodiscard]] virtual bool anyone_reads(room_id room) const = 0;
    virtual void reads(room_id room, std::span<const read_mark> marks) = 0;
    // A digest for all devices of one person that watch.
    virtual void presence(user_id to, std::span<const presence_state> friends) = 0;
    // Closes the sockets of sessions that have ended (1008 `revoked`).
    virtual void end(std::span<const session_id> sessions) = 0;
};

}  // namespace madang::domain

// Who is online on any node. Thread-safe. A hint: what cannot be asked is answered from this node's own knowledge.
#pragma once

#include "madang/base/async.hpp"
#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"

#include <optional>
#include <vector>

namespace madang::domain {

struct presence_state {
    user_id user;
    bool online = false;
    std::optional<timestamp> last_seen;  // of who is offline, where it is known
};

class presence_board {
public:
    virtual ~presence_board() = default;

    // Somebody has their first, or no more, sessions on this node. Coming and going may be told in the wrong order: look again.
    virtual void came(user_id user) = 0;
    virtual void went(user_id user) = 0;
    // One for each of these people, in their order.
    virtual task<std::vector<presence_state>> look(std::vector<user_id> people) = 0;
};

}  // namespace madang::domain

// Wakes who waits for something new in a room and reads it from the log: event streams. Thread-safe.
#pragma once

#include "madang/base/async.hpp"
#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"
#include "madang/web/listening.hpp"

#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace madang::web {

// Thread: its owner's strand.
class bell {
public:
    explicit bell(const executor& strand) : timer_(strand) {}

    // Until it rings, or has rung since the last wait; false when it did not until then.
    task<bool> wait(steady_time until);
    void ring();

private:
    friend class room_bells;
    timer timer_;
    bool rung_ = false;
};

class room_bells {
public:
    // `told`: that a room is listened to here.
    explicit room_bells(listening& told) : told_(told) {}

    // Rings whenever something was delivered in the room, as long as somebody holds it.
    [[nodiscard]] std::shared_ptr<bell> hang(room_id room, const executor& strand);
    [[nodiscard]] bool any(room_id room) const;
    void ring(room_id room);

private:
    void take_down(room_id room);

    listening& told_;
    mutable std::mutex lock_;
    std::unordered_map<room_id, std::vector<std::weak_ptr<bell>>> bells_;
};

}  // namespace madang::web

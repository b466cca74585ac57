// Which channels this node needs, by the rooms and people that somebody here listens to. Counts, for coming and going may be told
// in the wrong order. Not thread-safe.
#pragma once

#include "madang/base/ids.hpp"
#include "madang/bus/transport.hpp"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace madang::bus {

class interests {
public:
    explicit interests(std::size_t channels) : channels_(channels) {}

    [[nodiscard]] channel of(room_id room) const noexcept { return spread(room.value); }
    [[nodiscard]] channel of(user_id user) const noexcept { return spread(user.value); }

    // What a coming or going means for its channel.
    enum class change { none, first, last };
    change in_room(room_id room, bool here) { return count(channels_[of(room)], channels_[of(room)].rooms[room], here); }
    change in_user(user_id user, bool here) { return count(channels_[of(user)], channels_[of(user)].users[user], here); }

    [[nodiscard]] std::vector<room_id> rooms_on(channel c);
    [[nodiscard]] std::vector<user_id> people() const;

private:
    struct listened {
        std::unordered_map<room_id, int> rooms;  // 0: gone, and forgotten when next looked at
        std::unordered_map<user_id, int> users;
        std::size_t present = 0;
    };
    // Both kinds of ids count from 1, and neighbours are busy at the same time: spread them.
    [[nodiscard]] channel spread(std::int64_t id) const noexcept {
        return static_cast<channel>((static_cast<std::uint64_t>(id) * 0x9e3779b97f4a7c15ULL) >> 32) % channels_.size();
    }
    static change count(listened& on, int& n, bool here);

    std::vector<listened> channels_;
};

}  // namespace madang::bus

// Rooms, members and history: what a person may read of their rooms, and changes to them.
#pragma once

#include "madang/domain/epoch.hpp"
#include "madang/domain/ports/audience.hpp"
#include "madang/domain/ports/room_log.hpp"
#include "madang/domain/ports/room_store.hpp"

#include <string>
#include <vector>

namespace madang::domain {

struct log_page {
    log_text log;
    seq_t last_seq = 0;
    bool has_more = false;
};

struct known_position {
    room_id room;
    seq_t seq = 0;
};

struct room_delta {
    room_id room;
    log_page page;
};

struct sync_answer {
    std::vector<room_delta> rooms;
    std::vector<room_view> added;
    std::vector<room_id> removed;
};

class room_service {
public:
    static constexpr std::size_t sync_events_of_a_room = 100;
    static constexpr std::size_t sync_events = 5000;
    static constexpr std::size_t sync_weight = std::size_t{4}
                                               << 20;  // bytes of text; the room that reaches it is the last with events

    room_service(room_store& rooms, room_log& log, const domain::epoch& epoch) : rooms_(rooms), log_(log), epoch_(epoch) {}

    [[nodiscard]] std::string epoch() const { return epoch_.name(); }

    struct opened {
        room_view room;
        bool existed = false;
    };
    async_result<opened> open(new_room wish);
    async_result<std::vector<room_view>> list(user_id me, std::optional<room_cursor> after, std::size_t limit) {
        return rooms_.rooms_of(me, after, limit);
    }
    async_result<room_view> room(user_id me, room_id room) { return rooms_.room_of(me, room); }
    async_result<room_view> rename(user_id me, room_id room, std::string name);

    async_result<std::vector<member>> members(user_id me, room_id room, user_id after, std::size_t limit);
    async_result<std::vector<member>> invite(user_id me, room_id room, std::vector<user_id> users);
    async_result<> remove(user_id me, room_id room, user_id target);
    async_result<member> set_role(user_id me, room_id room, user_id target, member_role role);
    async_result<> set_muted(user_id me, room_id room, bool muted) { return log_.set_muted(room, me, muted); }

    async_result<timeline_page> timeline(user_id me, room_id room, timeline_range range) {
        return rooms_.timeline(me, room, range);
    }
    async_result<timeline_item> message(user_id me, room_id room, seq_t seq) { return rooms_.message(me, room, seq); }
    // The message that was posted, for its author: a new one as it was written, that of a used key as it is now, which its author
    // may see also after leaving.
    async_result<timeline_item> acknowledged(user_id author, room_id room, posted what);
    async_result<log_page> log(user_id me, room_id room, seq_t after, std::size_t limit);
    // conflict: a position of another epoch or from the future, so the client reloads.
    async_result<sync_answer> sync(user_id me, std::string epoch, std::vector<known_position> known);

    async_result<seat> seat_of(user_id me, room_id room) { return rooms_.seat_of(me, room); }
    async_result<std::vector<seat>> seats_of(user_id me) { return rooms_.seats_of(me); }

private:
    room_store& rooms_;
    room_log& log_;
    const domain::epoch& epoch_;
};

}  // namespace madang::domain

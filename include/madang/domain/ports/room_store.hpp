// What rooms and history need of the database: reads here, writes in room_log.hpp. A read is never older than what was committed
// before it began. Who asks (`me`) has a seat while in the room and, for a direct room, not hiding it. The members that others
// are shown include who has hidden a direct room: it always has the same two people. The same rules as in account_store.hpp.
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/log_text.hpp"
#include "madang/domain/room.hpp"

#include <optional>
#include <string>
#include <vector>

namespace madang::domain {

// Where a page of a list of rooms goes on: after this room in the order (last_at, id), newest first.
struct room_cursor {
    timestamp last_at{};
    room_id id;
};

// Which part of a timeline: seqs, exclusive; at most one of them is set; none: the newest page. `around` is itself part of the
// page: half of the page precedes it.
struct timeline_range {
    seq_t before = 0;
    std::optional<seq_t> after;
    seq_t around = 0;
    std::size_t limit = 50;
};

struct timeline_page {
    std::vector<timeline_item> items;  // oldest first
    seq_t last_seq = 0;
    bool has_more = false;  // in the direction asked; around: in either
};

// Pages of events end at their limit of rows or at this many bytes of text, whichever comes first; one row is always there.
inline constexpr std::size_t page_weight = std::size_t{1} << 20;

class room_store {
public:
    virtual ~room_store() = default;

    // The short random string that names this database's history (design, chapter 1). Read once at start.
    virtual async_result<std::string> epoch() = 0;

    virtual async_result<std::vector<room_view>> rooms_of(user_id me, std::optional<room_cursor> after, std::size_t limit) = 0;
    virtual async_result<room_view> room_of(user_id me, room_id room) = 0;  // not_a_member

    // The same apart. Where `me` has a seat, by room; at most `limit`.
    virtual async_result<std::vector<place>> places_of(user_id me, std::size_t limit) = 0;
    // Those of these rooms (at most most_heads) that exist, in no order. The caller may see them.
    virtual async_result<std::vector<room_face>> faces(std::vector<room_id> rooms) = 0;

    virtual async_result<seat> seat_of(user_id me, room_id room) = 0;  // not_a_member, whether or not the room exists
    virtual async_result<std::vector<seat>> seats_of(user_id me) = 0;
    // The newest seq of each of these rooms that exists, in no order. At most most_heads.
    static constexpr std::size_t most_heads = 1000;
    struct head {
        room_id room;
        seq_t last_seq = 0;
    };
    virtual async_result<std::vector<head>> heads(std::vector<room_id> rooms) = 0;
    // Which of these people (at most most_heads) took a seat at or after `since`.
    struct seat_taken {
        user_id user;
        seat where;
    };
    virtual async_result<std::vector<seat_taken>> seats_taken(std::vector<user_id> users, timestamp since) = 0;

    // By joining (among those of one moment by id), after the member `after`; invalid_request (field cursor) when that one has
    // left. The caller has a seat.
    virtual async_result<std::vector<member>> members(room_id room, user_id after, std::size_t limit) = 0;
    virtual async_result<member> member_of(room_id room, user_id user) = 0;  // not_found
    virtual async_result<std::int64_t> member_count(room_id room) = 0;       // 0 for an unknown room
    // Everybody in the room, also who has hidden it: whom its news concern.
    virtual async_result<std::vector<user_id>> member_ids(room_id room) = 0;

    // message, join, leave, rename, with `seq > visible_from` and everything applied; not_a_member.
    virtual async_result<timeline_page> timeline(user_id me, room_id room, timeline_range range) = 0;
    // Its newest page as somebody sees it who may see all and has not reacted (`mine` is false). The caller knows what it may
    // show. An unknown room has none.
    virtual async_result<timeline_page> newest_page(room_id room, std::size_t limit) = 0;
    // The reactions of `me` to messages from `first` on, by seq and emoji.
    struct own_reaction {
        seq_t seq = 0;
        std::string emoji;
    };
    virtual async_result<std::vector<own_reaction>> own_reactions(user_id me, room_id room, seq_t first) = 0;
    // One message as in the timeline; not_a_member, not_found (also where it is no message or cannot be seen).
    virtual async_result<timeline_item> message(user_id me, room_id room, seq_t seq) = 0;

    // The raw log after `after`, contiguous, at most `limit` events; a message or edit shows the present text. Nothing is
    // concealed here: the caller has a seat and knows what it may show.
    virtual async_result<std::vector<event>> events(room_id room, seq_t after, std::size_t limit) = 0;
    // A seat and, no older, the log after `after` as far as it is seen from there; not_a_member.
    struct seen_log {
        seat where;
        log_text log;
    };
    virtual async_result<seen_log> log_seen_by(user_id me, room_id room, seq_t after, std::size_t limit) = 0;
    // A seat and, of the same moment, the seq of the room's newest edit or deletion (0: none) and the history to which they
    // belong. Nothing else changes what stands in the log already: what was read since is as it was. not_a_member.
    struct log_seat {
        seat where;
        seq_t last_change = 0;
        std::string epoch;
    };
    virtual async_result<log_seat> log_seat_of(user_id me, room_id room) = 0;
};

}  // namespace madang::domain

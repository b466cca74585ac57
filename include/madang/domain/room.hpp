// Rooms and who is in them.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"
#include "madang/domain/event.hpp"
#include "madang/domain/user.hpp"

#include <optional>
#include <string>
#include <vector>

namespace madang::domain {

enum class room_kind { direct = 1, group = 2 };

struct member {
    domain::user user;
    member_role role = member_role::member;
    timestamp joined_at{};
    ordinal_t read_ordinal = 0;
};

// A room as one of its members sees it.
struct room_view {
    room_id id;
    room_kind kind = room_kind::group;
    std::string name;             // empty: none
    std::vector<member> members;  // the first five by joining; in a direct room all
    std::int64_t member_count = 0;
    seq_t last_seq = 0;
    ordinal_t last_ordinal = 0;
    timestamp created_at{};
    timestamp last_at{};                // of the newest message, else of the creation; lists are ordered by it
    std::optional<event> last_message;  // the newest message that this member may see
    member_role role = member_role::member;
    ordinal_t read_ordinal = 0;
    bool muted = false;
};

// The same apart, for who keeps it: a room as all of its members see it, and where one member stands in it.
struct room_face {
    room_id id;
    room_kind kind = room_kind::group;
    std::string name;
    struct shown {
        user_id user;
        member_role role = member_role::member;
        timestamp joined_at{};
        ordinal_t read_ordinal = 0;
    };
    std::vector<shown> members;  // as in room_view
    std::int64_t member_count = 0;
    seq_t last_seq = 0;
    ordinal_t last_ordinal = 0;
    timestamp created_at{};
    timestamp last_at{};
    std::optional<event> last_message;  // for who may see it: `seq > visible_from`
};

struct place {
    room_id room;
    seq_t visible_from = 0;
    member_role role = member_role::member;
    ordinal_t read_ordinal = 0;
    bool muted = false;
};

// What a member may read of a room: events with `seq > visible_from`.
struct seat {
    room_id room;
    seq_t visible_from = 0;
    seq_t last_seq = 0;
};

struct new_room {
    room_kind kind = room_kind::group;
    user_id creator;
    std::vector<user_id> others;  // without the creator, without repetitions
    std::string name;             // empty: none
    std::string key;              // Idempotency-Key, unique for each creator; empty: none
};

}  // namespace madang::domain

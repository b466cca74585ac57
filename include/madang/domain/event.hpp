// Durable room events: everything that takes a seq (design, chapter 1).
#pragma once

#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace madang::domain {

enum class member_role { member = 1, admin = 2, owner = 3 };

struct message_posted {
    ordinal_t ordinal = 0;
    std::string text;                    // empty when deleted
    seq_t reply_to = 0;                  // 0: no reply
    std::string key;                     // the author's; one that the server gave starts with '~' and is not shown
    std::optional<timestamp> edited_at;  // shown in timelines alone
    std::optional<timestamp> deleted_at;
};
struct members_joined {
    std::vector<user_id> users;
};
struct member_left {
    user_id user;
};
struct room_renamed {
    std::string name;
};
struct role_changed {
    user_id user;
    member_role role = member_role::member;
};
struct message_edited {
    seq_t target = 0;
    std::string text;  // the present text of the target; empty when it is deleted
    std::optional<timestamp> deleted_at;
};
struct message_deleted {
    seq_t target = 0;
};
struct reaction_set {
    seq_t target = 0;
    std::string emoji;
    bool on = true;
};

using event_body = std::variant<message_posted, members_joined, member_left, room_renamed, role_changed, message_edited,
                                message_deleted, reaction_set>;

// The kinds as they are stored: the index in `event_body` plus one. Never renumber.
enum class event_kind { message = 1, join, leave, rename, role, edit, erase, reaction };

struct event {
    room_id room;
    seq_t seq = 0;
    user_id author;
    timestamp created_at{};
    event_body body;

    [[nodiscard]] event_kind kind() const noexcept { return static_cast<event_kind>(body.index() + 1); }

    // The seq of the message that this event changes; 0 if it stands for itself.
    [[nodiscard]] seq_t target() const noexcept;

    // Bytes of text that it carries, for answers that are bounded in bytes as well as in rows.
    [[nodiscard]] std::size_t weight() const noexcept;

    // Whether a member who sees only what came after `visible_from` must not see its content.
    [[nodiscard]] bool concealed_from(seq_t visible_from) const noexcept { return target() != 0 && target() <= visible_from; }
};

using event_ptr = std::shared_ptr<const event>;

struct reaction_count {
    std::string emoji;
    std::int64_t count = 0;
    bool mine = false;
};

// A message, join, leave or rename with everything applied to it that came later.
struct timeline_item {
    domain::event event;
    std::vector<reaction_count> reactions;
    std::int64_t unread_by = 0;  // messages: members other than the author who have not read it
};

// What one transaction did to a room, told to the feeds after commit and in seq order within the room.
struct commit {
    room_id room;
    event_ptr event;              // null when only the audience changed (a direct room was left or taken up again)
    seq_t head = 0;               // without an event: where the room stands
    std::vector<user_id> joined;  // may read from this event on; before it is delivered
    std::vector<user_id> left;    // this event is the last that they see
};

}  // namespace madang::domain

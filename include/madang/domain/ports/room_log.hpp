// Writing to rooms: the seam of the group commit (design, chapter 5). Every call is one unit of a batch; its rules (rules.hpp)
// are judged inside the transaction, and it answers after commit. What was committed is also told to the `commit_listener`, in
// commit order, before the answers. The same rules as in account_store.hpp; all but create_room may answer not_a_member, also to
// who has hidden a direct room. read marks, mutes and what changes nothing are not told to the listener.
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/room.hpp"

#include <span>
#include <string>
#include <vector>

namespace madang::domain {

struct new_message {
    room_id room;
    user_id author;
    std::string key;  // unique for each author and room; never empty (the service draws one that begins with '~')
    std::string text;
    seq_t reply_to = 0;  // 0: none
};

struct posted {
    seq_t seq = 0;
    ordinal_t ordinal = 0;
    bool duplicate = false;  // the key was used already: these are the first one's numbers
    // Of a new message, so that its sender is shown it without another look: itself, and how many are in the room.
    event_ptr event;
    std::int64_t members = 0;
};

// Told after each commit, on a thread of the store: returns at once and does not throw.
class commit_listener {
public:
    virtual ~commit_listener() = default;
    virtual void committed(std::vector<commit> batch) = 0;
};

class room_log {
public:
    virtual ~room_log() = default;

    // blocked (direct rooms), invalid_request (replyTo). A used key is answered before anything is judged.
    // Moves the author's read mark; brings a direct room back for who had left it (`joined`).
    virtual async_result<posted> post(new_message m) = 0;
    // not_found, forbidden, blocked (direct rooms: a new text is as good as a message). The same text again takes no seq.
    virtual async_result<> edit(room_id room, seq_t seq, user_id actor, std::string text) = 0;
    // not_found, forbidden. Deleting again takes no seq.
    virtual async_result<> erase(room_id room, seq_t seq, user_id actor) = 0;
    // not_found, conflict (`most_reactions` different ones), blocked (setting one in a direct room). What is so already takes no
    // seq.
    virtual async_result<> react(room_id room, seq_t seq, user_id actor, std::string emoji, bool on) = 0;

    struct created {
        room_id room;
        bool existed = false;
    };
    // not_found (an unknown or deleted person), not_friends, blocked (direct), conflict (a limit). A direct room that exists, or
    // a used key, is answered with `existed`; a direct room that the creator had left is shown to them again.
    virtual async_result<created> create_room(new_room r) = 0;
    // forbidden, conflict (direct). The same name again takes no seq.
    virtual async_result<> rename(room_id room, user_id actor, std::string name) = 0;
    // Answers who was added; members already are skipped. not_found, not_friends, conflict (direct, a limit).
    virtual async_result<std::vector<user_id>> add_members(room_id room, user_id actor, std::vector<user_id> users) = 0;
    // Leaving is removing oneself. An owner who leaves is followed (rules.hpp), which takes a `role` event after the `leave`.
    // A direct room is hidden without an event. Answers false when `target` was no member.
    virtual async_result<bool> remove_member(room_id room, user_id actor, user_id target) = 0;  // forbidden, conflict (direct)
    // forbidden, not_found (target no member), conflict (direct; an owner who would step down without an heir). Giving `owner`
    // away makes the old owner an admin: two events, the old owner's first. The same role again takes no seq.
    virtual async_result<> set_role(room_id room, user_id actor, user_id target, member_role role) = 0;

    // Never goes back; true when it moved. invalid_request (beyond the last ordinal), not_a_member.
    virtual async_result<bool> mark_read(room_id room, user_id user, ordinal_t ordinal) = 0;
    virtual async_result<> set_muted(room_id room, user_id user, bool muted) = 0;
};

// Limits that are judged inside the transaction.
struct room_limits {
    std::size_t members = 5000;  // in a room
    std::size_t rooms = 1000;    // of a person
};
inline constexpr std::size_t most_reactions = 20;  // different ones on a message

}  // namespace madang::domain

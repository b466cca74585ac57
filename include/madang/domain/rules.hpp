// Who may do what in a room: pure functions, judged by every store inside its transaction, so that two stores cannot differ.
#pragma once

#include "madang/base/result.hpp"
#include "madang/domain/room.hpp"

#include <span>

namespace madang::domain::rules {

[[nodiscard]] result<> may_rename(room_kind kind, member_role actor);
[[nodiscard]] result<> may_invite(room_kind kind);
// `self`: leaving. In a direct room only oneself.
[[nodiscard]] result<> may_remove(room_kind kind, member_role actor, member_role target, bool self);
// `self`: of oneself. An owner cannot step down without an heir: the room would be without one.
[[nodiscard]] result<> may_set_role(room_kind kind, member_role actor, member_role role, bool self);
// Of a message that is visible and not deleted (otherwise the store says not_found).
[[nodiscard]] result<> may_edit(user_id author, user_id actor);
[[nodiscard]] result<> may_erase(user_id author, user_id actor, member_role role);

struct heir_candidate {
    user_id user;
    member_role role = member_role::member;
    seq_t visible_from = 0;
};
// Who follows an owner that left: the longest-standing admin, else the longest-standing member; nobody in an empty room. The log
// says who came first, not a clock: two may come within its tick, and nodes' clocks differ. Of one event: the smaller id.
[[nodiscard]] user_id heir(std::span<const heir_candidate> remaining);

}  // namespace madang::domain::rules

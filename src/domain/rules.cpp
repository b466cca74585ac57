#include "madang/domain/rules.hpp"

#include <tuple>

namespace madang::domain::rules {
namespace {

error direct_room() { return {errc::conflict, "A direct room has no name, no roles and always the same two people."}; }

}  // namespace

result<> may_rename(room_kind kind, member_role actor) {
    if (kind == room_kind::direct) return direct_room();
    if (actor == member_role::member) return error{errc::forbidden};
    return {};
}

result<> may_invite(room_kind kind) {
    if (kind == room_kind::direct) return direct_room();
    return {};
}

result<> may_remove(room_kind kind, member_role actor, member_role target, bool self) {
    if (self) return {};
    if (kind == room_kind::direct) return direct_room();
    if (actor == member_role::owner) return {};
    if (actor == member_role::admin && target == member_role::member) return {};
    return error{errc::forbidden};
}

result<> may_set_role(room_kind kind, member_role actor, member_role role, bool self) {
    if (kind == room_kind::direct) return direct_room();
    if (actor != member_role::owner) return error{errc::forbidden};
    if (self && role != member_role::owner) return error{errc::conflict, "The owner gives the room to somebody else instead."};
    return {};
}

result<> may_edit(user_id author, user_id actor) {
    if (author != actor) return error{errc::forbidden};
    return {};
}

result<> may_erase(user_id author, user_id actor, member_role role) {
    if (author != actor && role == member_role::member) return error{errc::forbidden};
    return {};
}

user_id heir(std::span<const heir_candidate> remaining) {
    const heir_candidate* best = nullptr;
    const auto rank = [](const heir_candidate& c) { return std::tuple(c.role != member_role::admin, c.visible_from, c.user); };
    for (const auto& candidate : remaining)
        if (best == nullptr || rank(candidate) < rank(*best)) best = &candidate;
    return best == nullptr ? user_id{} : best->user;
}

}  // namespace madang::domain::rules

#include "madang/domain/rules.hpp"

#include <optional>

#include "catch.hpp"

using namespace madang;
using namespace madang::domain;

namespace {

constexpr auto direct = room_kind::direct;
constexpr auto group = room_kind::group;
constexpr auto owner = member_role::owner;
constexpr auto admin = member_role::admin;
constexpr auto member_ = member_role::member;

// The refusal; nothing where it is allowed.
std::optional<errc> refusal(const result<>& r) { return r ? std::nullopt : std::optional{r.error().code}; }

rules::heir_candidate candidate(std::int64_t user, member_role role, seq_t joined) { return {user_id{user}, role, joined}; }

const std::optional<errc> allowed;

}  // namespace

TEST_CASE("owner and admins rename a group, nobody a direct room") {
    REQUIRE(refusal(rules::may_rename(group, owner)) == allowed);
    REQUIRE(refusal(rules::may_rename(group, admin)) == allowed);
    REQUIRE(refusal(rules::may_rename(group, member_)) == errc::forbidden);
    for (const auto role : {owner, admin, member_}) REQUIRE(refusal(rules::may_rename(direct, role)) == errc::conflict);
}

TEST_CASE("everybody invites into a group, nobody into a direct room") {
    REQUIRE(refusal(rules::may_invite(group)) == allowed);
    REQUIRE(refusal(rules::may_invite(direct)) == errc::conflict);
}

TEST_CASE("everybody may leave; the owner removes everybody, an admin members alone, a member nobody") {
    struct row {
        member_role actor;
        member_role target;
        std::optional<errc> answer;
    };
    for (const auto kind : {direct, group})
        for (const auto role : {owner, admin, member_}) REQUIRE(refusal(rules::may_remove(kind, role, role, true)) == allowed);
    for (const auto& [actor, target, answer] :
         {row{owner, admin, allowed}, row{owner, member_, allowed}, row{admin, owner, errc::forbidden},
          row{admin, admin, errc::forbidden}, row{admin, member_, allowed}, row{member_, owner, errc::forbidden},
          row{member_, admin, errc::forbidden}, row{member_, member_, errc::forbidden}}) {
        CAPTURE(static_cast<int>(actor), static_cast<int>(target));
        REQUIRE(refusal(rules::may_remove(group, actor, target, false)) == answer);
        REQUIRE(refusal(rules::may_remove(direct, actor, target, false)) == errc::conflict);
    }
}

TEST_CASE("only the owner gives roles, and steps down only by giving the room away") {
    for (const auto role : {owner, admin, member_}) {
        REQUIRE(refusal(rules::may_set_role(group, owner, role, false)) == allowed);
        REQUIRE(refusal(rules::may_set_role(group, admin, role, false)) == errc::forbidden);
        REQUIRE(refusal(rules::may_set_role(group, member_, role, true)) == errc::forbidden);
        REQUIRE(refusal(rules::may_set_role(direct, owner, role, false)) == errc::conflict);
    }
    REQUIRE(refusal(rules::may_set_role(group, owner, owner, true)) == allowed);
    REQUIRE(refusal(rules::may_set_role(group, owner, admin, true)) == errc::conflict);
    REQUIRE(refusal(rules::may_set_role(group, owner, member_, true)) == errc::conflict);
}

TEST_CASE("the author edits; the author, the owner and admins delete") {
    const user_id ann{1};
    const user_id bob{2};
    REQUIRE(refusal(rules::may_edit(ann, ann)) == allowed);
    REQUIRE(refusal(rules::may_edit(ann, bob)) == errc::forbidden);
    REQUIRE(refusal(rules::may_erase(ann, ann, member_)) == allowed);
    REQUIRE(refusal(rules::may_erase(ann, bob, owner)) == allowed);
    REQUIRE(refusal(rules::may_erase(ann, bob, admin)) == allowed);
    REQUIRE(refusal(rules::may_erase(ann, bob, member_)) == errc::forbidden);
}

TEST_CASE("an owner is followed by the longest-standing admin, else by the longest-standing member, else by nobody") {
    const std::vector with_admins{candidate(1, member_, 10), candidate(2, admin, 30), candidate(3, admin, 20),
                                  candidate(4, member_, 5)};
    REQUIRE(rules::heir(with_admins) == user_id{3});
    const std::vector members_alone{candidate(1, member_, 10), candidate(4, member_, 5)};
    REQUIRE(rules::heir(members_alone) == user_id{4});
    const std::vector of_one_event{candidate(9, member_, 5), candidate(4, member_, 5), candidate(7, member_, 5)};
    REQUIRE(rules::heir(of_one_event) == user_id{4});
    REQUIRE_FALSE(rules::heir({}));
}

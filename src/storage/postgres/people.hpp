// What several stores ask about people, inside the caller's transaction.
#pragma once

#include "madang/domain/user.hpp"
#include "postgres/statements.hpp"

#include <vector>

// The columns of `users u`, as user_at() reads them. A macro, because a statement is one literal.
#define USER_COLUMNS \
    "u.id, u.username, u.display_name, u.status_message, u.locale, u.role, u.created_at, u.deleted_at IS NOT NULL, u.disabled"

namespace madang::storage::postgres {

// How many they are: where they stand first, what else a statement selects begins here.
inline constexpr int after_user = 9;
[[nodiscard]] domain::user user_at(const row& r, int first = 0);
[[nodiscard]] std::vector<domain::user> users_in(const rows& found);

// The first column of each row.
template <class Id>
[[nodiscard]] std::vector<Id> ids_in(const rows& found) {
    std::vector<Id> ids;
    ids.reserve(found.size());
    for (const auto r : found) ids.push_back(r.template get<Id>(0));
    return ids;
}

// Locks those of the people who exist and are not deleted, in the order of their ids: after all locks of rooms, and before
// anything that is between them or theirs alone is judged. The statement's answer has their ids. Whatever is added behind it sees
// what was committed before the locks were had, so what is to be judged comes in the same round trip.
void lock_people(statements& all, const std::vector<user_id>& people);

// Ends the open sessions of a person whose row is locked, but `keep`. The statement's answer has their ids.
void end_sessions(statements& all, user_id who, session_id keep, timestamp now);

}  // namespace madang::storage::postgres

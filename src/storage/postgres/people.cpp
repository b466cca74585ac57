#include "postgres/people.hpp"

namespace madang::storage::postgres {

domain::user user_at(const row& r, int first) {
    domain::user u;
    u.id = r.get<user_id>(first);
    u.username = r.get<std::string>(first + 1);
    u.display_name = r.get<std::string>(first + 2);
    u.status_message = r.get<std::string>(first + 3);
    u.locale = r.get<std::string>(first + 4);
    u.role = r.get<std::string>(first + 5);
    u.created_at = r.get<timestamp>(first + 6);
    u.deleted = r.get<bool>(first + 7);
    u.disabled = r.get<bool>(first + 8);
    return u;
}

std::vector<domain::user> users_in(const rows& found) {
    std::vector<domain::user> people;
    people.reserve(found.size());
    for (const auto r : found) people.push_back(user_at(r));
    return people;
}

void lock_people(statements& all, const std::vector<user_id>& people) {
    // Not FOR UPDATE: rows that refer to these people are being inserted all the time, and need not wait.
    all.add("SELECT id FROM users WHERE id = ANY($1) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE", people);
}

void end_sessions(statements& all, user_id who, session_id keep, timestamp now) {
    all.add(
        "WITH ended AS (UPDATE sessions SET ended_at = $3 WHERE user_id = $1 AND ended_at IS NULL AND id <> $2 RETURNING id) "
        "SELECT id FROM ended ORDER BY id",
        who, keep, now);
}

}  // namespace madang::storage::postgres

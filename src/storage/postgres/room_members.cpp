#include "postgres/room_members.hpp"

namespace madang::storage::postgres {

using namespace domain;

member member_at(const row& r) {
    return {user_at(r), r.get<member_role>(after_user), r.get<timestamp>(after_user + 1), r.get<ordinal_t>(after_user + 2)};
}

statements member_in(room_id room, user_id user) {
    return statements::of("SELECT " MEMBER_COLUMNS
                          " FROM members m CROSS JOIN LATERAL (SELECT * FROM users WHERE id = m.user_id LIMIT 1) u "
                          "WHERE m.room_id = $1 AND m.user_id = $2",
                          room, user);
}

statements members_after(room_id room, user_id after, std::size_t limit) {
    auto ask =
        statements::of("SELECT " MEMBER_COLUMNS
                       " FROM (SELECT * FROM members WHERE room_id = $1 AND (joined_at, user_id) > "
                       "(coalesce((SELECT joined_at FROM members WHERE room_id = $1 AND user_id = $2), '-infinity'), $2) "
                       "ORDER BY joined_at, user_id LIMIT $3) m "
                       "CROSS JOIN LATERAL (SELECT * FROM users WHERE id = m.user_id LIMIT 1) u ORDER BY m.joined_at, m.user_id",
                       room, after, limit);
    ask.add("SELECT FROM members WHERE room_id = $1 AND user_id = $2", room, after);
    return ask;
}

}  // namespace madang::storage::postgres

#include "sqlite/room_members.hpp"

#include "sqlite/people.hpp"

namespace madang::storage::sqlite {

using namespace domain;

std::optional<member> member_in(database& db, room_id room, user_id user) {
    auto row = db.run("SELECT role, joined_at, read_ordinal FROM members WHERE room = ? AND user = ?", room, user);
    if (!row.step()) return std::nullopt;
    return member{*user_of(db, user), row.get<member_role>(0), row.get<timestamp>(1), row.get<ordinal_t>(2)};
}

std::optional<std::vector<member>> members_in(database& db, room_id room, user_id after, std::size_t limit) {
    timestamp joined_at = timestamp::min();
    if (after) {
        const auto last = member_in(db, room, after);
        if (!last) return std::nullopt;
        joined_at = last->joined_at;
    }
    auto rows = db.run("SELECT user FROM members WHERE room = ? AND (joined_at, user) > (?, ?) ORDER BY joined_at, user LIMIT ?",
                       room, joined_at, after, limit);
    std::vector<member> page;
    while (rows.step()) page.push_back(*member_in(db, room, rows.get<user_id>(0)));
    return page;
}

}  // namespace madang::storage::sqlite

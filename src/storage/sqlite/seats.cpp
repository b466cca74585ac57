#include "sqlite/seats.hpp"

namespace madang::storage::sqlite {

std::optional<seat_row> seat_in(database& db, room_id room, user_id user) {
    auto row = db.run(
        "SELECT r.kind, r.last_seq, r.last_ordinal, m.role, m.visible_from, m.read_ordinal FROM members m JOIN rooms r ON r.id = "
        "m.room "
        "WHERE m.room = ? AND m.user = ? AND m.hidden = 0",
        room, user);
    if (!row.step()) return std::nullopt;
    return seat_row{room,
                    user,
                    row.get<domain::room_kind>(0),
                    row.get<seq_t>(1),
                    row.get<ordinal_t>(2),
                    row.get<domain::member_role>(3),
                    row.get<seq_t>(4),
                    row.get<ordinal_t>(5)};
}

std::optional<domain::member_role> role_in(database& db, room_id room, user_id user) {
    auto row = db.run("SELECT role FROM members WHERE room = ? AND user = ?", room, user);
    if (!row.step()) return std::nullopt;
    return row.get<domain::member_role>(0);
}

}  // namespace madang::storage::sqlite

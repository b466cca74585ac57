#include "postgres/seats.hpp"

namespace madang::storage::postgres {

using namespace domain;

task<std::optional<seat_row>> seat_in(database& db, room_id room, user_id user) {
    const auto found = co_await db.run(
        "SELECT r.kind, r.last_seq, r.last_ordinal, m.role, m.visible_from, m.read_ordinal, r.member_count "
        "FROM members m JOIN rooms r ON r.id = m.room_id WHERE m.room_id = $1 AND m.user_id = $2 AND NOT m.hidden",
        room, user);
    if (found.empty()) co_return std::nullopt;
    const auto r = found.front();
    seat_row seat;
    seat.room = room;
    seat.user = user;
    seat.kind = r.get<room_kind>(0);
    seat.last_seq = r.get<seq_t>(1);
    seat.last_ordinal = r.get<ordinal_t>(2);
    seat.role = r.get<member_role>(3);
    seat.visible_from = r.get<seq_t>(4);
    seat.read_ordinal = r.get<ordinal_t>(5);
    seat.members = r.get<std::int64_t>(6);
    co_return seat;
}

task<std::optional<member_role>> role_in(database& db, room_id room, user_id user) {
    const auto found = co_await db.run("SELECT role FROM members WHERE room_id = $1 AND user_id = $2", room, user);
    if (found.empty()) co_return std::nullopt;
    co_return found.front().get<member_role>(0);
}

task<std::optional<message_row>> visible_message(database& db, room_id room, seq_t seq, seq_t visible_from) {
    const auto found = co_await db.run(
        "SELECT author_id, body, deleted_at IS NOT NULL FROM events WHERE room_id = $1 AND seq = $2 AND seq > $3 AND kind = 1",
        room, seq, visible_from);
    if (found.empty()) co_return std::nullopt;
    message_row m;
    m.author = found.front().get<user_id>(0);
    m.text = found.front().get<std::string>(1);
    m.deleted = found.front().get<bool>(2);
    co_return m;
}

}  // namespace madang::storage::postgres

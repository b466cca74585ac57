#include "postgres/direct_rooms.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace madang::storage::postgres {

using namespace domain;

namespace {

// Only the audience changes: there is no event.
commit audience_of(room_id room, seq_t head) {
    commit c;
    c.room = room;
    c.head = head;
    return c;
}

}  // namespace

std::string direct_key(user_id a, user_id b) { return fmt::format("{}:{}", std::min(a, b).value, std::max(a, b).value); }

void guard(statements& all, user_id a, user_id b) {
    // Also one that is guarded, for its lock: a message may be lifting that just now.
    all.add("UPDATE rooms SET guarded = true WHERE direct_key = $1", direct_key(a, b));
}

task<bool> is_silenced(database& db, seat_row seat) {
    if (seat.kind != room_kind::direct) co_return false;
    co_return co_await db.any(
        "SELECT 1 FROM members o CROSS JOIN LATERAL (SELECT 1 FROM blocks WHERE user_id = o.user_id AND blocked_id = $2 "
        "UNION ALL SELECT 1 FROM blocks WHERE user_id = $2 AND blocked_id = o.user_id) b "
        "WHERE o.room_id = $1 AND o.user_id <> $2",
        seat.room, seat.user);
}

task<std::vector<user_id>> bring_back(database& db, seat_row seat) {
    std::vector<user_id> back;
    if (seat.kind != room_kind::direct) co_return back;
    const auto shown =
        co_await db.run("UPDATE members SET hidden = false WHERE room_id = $1 AND hidden RETURNING user_id", seat.room);
    for (const auto r : shown) back.push_back(r.get<user_id>(0));
    co_return back;
}

task<> hide(writing& w, seat_row seat) {
    co_await w.db.change(
        "UPDATE members SET hidden = true, visible_from = $1, read_ordinal = $2 WHERE room_id = $3 AND user_id = $4",
        seat.last_seq, seat.last_ordinal, seat.room, seat.user);
    co_await w.db.change("UPDATE rooms SET guarded = true WHERE id = $1", seat.room);
    auto c = audience_of(seat.room, seat.last_seq);
    c.left.push_back(seat.user);
    w.commits.push_back(std::move(c));
}

task<> show_again(writing& w, room_id room, user_id user) {
    const auto shown = co_await w.db.run(
        "UPDATE members m SET hidden = false FROM rooms r WHERE m.room_id = $1 AND m.user_id = $2 AND m.hidden AND r.id = "
        "m.room_id "
        "RETURNING r.last_seq",
        room, user);
    if (shown.empty()) co_return;
    auto c = audience_of(room, shown.front().get<seq_t>(0));
    c.joined.push_back(user);
    w.commits.push_back(std::move(c));
}

}  // namespace madang::storage::postgres

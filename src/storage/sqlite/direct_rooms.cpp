#include "sqlite/direct_rooms.hpp"

#include "sqlite/people.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace madang::storage::sqlite {

std::string direct_key(user_id a, user_id b) { return fmt::format("{}:{}", std::min(a, b).value, std::max(a, b).value); }

std::optional<room_id> direct_room(database& db, const std::string& key) {
    auto row = db.run("SELECT id FROM rooms WHERE direct_key = ?", key);
    if (!row.step()) return std::nullopt;
    return row.get<room_id>(0);
}

bool is_silenced(database& db, const seat_row& seat) {
    if (seat.kind != domain::room_kind::direct) return false;
    auto others = db.run("SELECT user FROM members WHERE room = ? AND user <> ?", seat.room, seat.user);
    return others.step() && are_blocked(db, seat.user, others.get<user_id>(0));
}

std::vector<user_id> bring_back(database& db, const seat_row& seat) {
    if (seat.kind != domain::room_kind::direct) return {};
    std::vector<user_id> back;
    {
        auto hidden = db.run("SELECT user FROM members WHERE room = ? AND hidden = 1", seat.room);
        while (hidden.step()) back.push_back(hidden.get<user_id>(0));
    }
    for (const auto user : back) db.change("UPDATE members SET hidden = 0 WHERE room = ? AND user = ?", seat.room, user);
    return back;
}

void hide(writing& w, const seat_row& seat) {
    w.db.change("UPDATE members SET hidden = 1, visible_from = ?, read_ordinal = ? WHERE room = ? AND user = ?", seat.last_seq,
                seat.last_ordinal, seat.room, seat.user);
    w.commits.push_back({seat.room, nullptr, seat.last_seq, {}, {seat.user}});
}

void show_again(writing& w, room_id room, user_id user) {
    if (w.db.change("UPDATE members SET hidden = 0 WHERE room = ? AND user = ? AND hidden = 1", room, user) == 0) return;
    auto row = w.db.run("SELECT last_seq FROM rooms WHERE id = ?", room);
    if (row.step()) w.commits.push_back({room, nullptr, row.get<seq_t>(0), {user}, {}});
}

}  // namespace madang::storage::sqlite

// Deleting a person: one unit, whatever it touches.
#include "sqlite/accounts.hpp"
#include "sqlite/memberships.hpp"
#include "sqlite/people.hpp"

namespace madang::storage::sqlite {
namespace {

struct group_seat {
    room_id room;
    domain::member_role role;
};

std::vector<group_seat> groups_of(database& db, user_id who) {
    std::vector<group_seat> groups;
    auto rows = db.run("SELECT m.room, m.role FROM members m JOIN rooms r ON r.id = m.room WHERE m.user = ? AND r.kind = ?", who,
                       domain::room_kind::group);
    while (rows.step()) groups.push_back({rows.get<room_id>(0), rows.get<domain::member_role>(1)});
    return groups;
}

std::vector<user_id> contacts_of(database& db, user_id who) {
    std::vector<user_id> others;
    auto rows = db.run("SELECT other FROM contacts WHERE user = ? ORDER BY other", who);
    while (rows.step()) others.push_back(rows.get<user_id>(0));
    return others;
}

}  // namespace

// The seats in direct rooms stay: the other one goes on reading there, and talks to a tombstone.
async_result<domain::account_store::erasure> accounts::erase_user(user_id id) {
    return write<erasure>(writer_, 0, [id](writing& w) -> result<erasure> {
        if (!is_alive(w.db, id)) return errc::not_found;
        erasure done{end_sessions(w.db, id, session_id{}, w.now), contacts_of(w.db, id)};
        for (const auto& [room, role] : groups_of(w.db, id)) leave_group(w, room, id, id, role);
        for (const auto other : done.friends) w.db.change("DELETE FROM contacts WHERE user = ? AND other = ?", other, id);
        w.db.change("DELETE FROM contacts WHERE user = ?", id);
        w.db.change("DELETE FROM blocks WHERE user = ?", id);
        w.db.change("DELETE FROM blocks WHERE blocked = ?", id);
        w.db.change(
            "UPDATE users SET display_name = '', status_message = '', password_hash = '', email = '', role = 'user', disabled = "
            "0, "
            "deleted_at = ? WHERE id = ?",
            w.now, id);
        return done;
    });
}

}  // namespace madang::storage::sqlite

#include "sqlite/people.hpp"

namespace madang::storage::sqlite {

std::optional<domain::user> user_of(database& db, user_id who) {
    auto row = db.run(
        "SELECT id, username, display_name, status_message, locale, role, created_at, deleted_at IS NOT NULL, disabled FROM "
        "users "
        "WHERE id = ?",
        who);
    if (!row.step()) return std::nullopt;
    domain::user u;
    u.id = row.get<user_id>(0);
    u.username = row.get<std::string>(1);
    u.display_name = row.get<std::string>(2);
    u.status_message = row.get<std::string>(3);
    u.locale = row.get<std::string>(4);
    u.role = row.get<std::string>(5);
    u.created_at = row.get<timestamp>(6);
    u.deleted = row.get<bool>(7);
    u.disabled = row.get<bool>(8);
    return u;
}

bool is_alive(database& db, user_id who) { return db.any("SELECT 1 FROM users WHERE id = ? AND deleted_at IS NULL", who); }

bool are_friends(database& db, user_id a, user_id b) {
    return db.any("SELECT 1 FROM contacts WHERE user = ? AND other = ? AND friends = 1", a, b);
}

bool are_blocked(database& db, user_id a, user_id b) {
    return db.any("SELECT 1 FROM blocks WHERE (user = ?1 AND blocked = ?2) OR (user = ?2 AND blocked = ?1)", a, b);
}

std::vector<session_id> end_sessions(database& db, user_id who, session_id keep, timestamp now) {
    std::vector<session_id> ended;
    {
        auto rows = db.run("SELECT id FROM sessions WHERE user = ? AND ended_at IS NULL AND id <> ?", who, keep);
        while (rows.step()) ended.push_back(rows.get<session_id>(0));
    }
    for (const auto session : ended) db.change("UPDATE sessions SET ended_at = ? WHERE id = ?", now, session);
    return ended;
}

}  // namespace madang::storage::sqlite

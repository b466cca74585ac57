#include "sqlite/accounts.hpp"

#include "sqlite/people.hpp"

namespace madang::storage::sqlite {
namespace {

using domain::credentials;
using domain::user;

// Each of them picks ids; user_of() reads the people.
std::vector<user> people_of(database& db, query ids) {
    std::vector<user> people;
    while (ids.step()) people.push_back(*user_of(db, ids.get<user_id>(0)));
    return people;
}

}  // namespace

async_result<user> accounts::create_user(domain::new_user u) {
    const auto text = u.username.size() + u.display_name.size() + u.password_hash.size() + u.email.size();
    return write<user>(writer_, text, [u = std::move(u)](writing& w) -> result<user> {
        if (w.db.any("SELECT 1 FROM users WHERE username = ?", u.username)) return errc::username_taken;
        w.db.change(
            "INSERT INTO users (username, display_name, password_hash, email, locale, role, created_at) VALUES (?, ?, ?, ?, ?, "
            "?, ?)",
            u.username, u.display_name, u.password_hash, u.email, u.locale, u.role, w.now);
        return *user_of(w.db, user_id{w.db.last_id()});
    });
}

async_result<std::optional<credentials>> accounts::find_credentials(std::string username) {
    using found = std::optional<credentials>;
    return read<found>(readers_, [username = std::move(username)](database& db) -> result<found> {
        auto row = db.run("SELECT id, password_hash, disabled FROM users WHERE username = ? AND deleted_at IS NULL", username);
        if (!row.step()) return found{};
        return found{credentials{row.get<user_id>(0), row.get<std::string>(1), row.get<bool>(2)}};
    });
}

async_result<credentials> accounts::credentials_of(user_id id) {
    return read<credentials>(readers_, [id](database& db) -> result<credentials> {
        auto row = db.run("SELECT id, password_hash, disabled FROM users WHERE id = ? AND deleted_at IS NULL", id);
        if (!row.step()) return errc::not_found;
        return credentials{row.get<user_id>(0), row.get<std::string>(1), row.get<bool>(2)};
    });
}

async_result<user> accounts::find_user(user_id id) {
    return read<user>(readers_, [id](database& db) -> result<user> {
        auto found = user_of(db, id);
        if (!found) return errc::not_found;
        return std::move(*found);
    });
}

async_result<std::vector<user>> accounts::find_users(std::vector<user_id> ids) {
    using found = std::vector<user>;
    if (ids.empty()) co_return found{};
    auto asked = read<found>(readers_, [ids = std::move(ids)](database& db) -> result<found> {
        found people;
        people.reserve(ids.size());
        for (const auto id : ids)
            if (auto one = user_of(db, id)) people.push_back(std::move(*one));
        return people;
    });
    co_return co_await std::move(asked);
}

async_result<user> accounts::find_user_by_name(std::string username) {
    return read<user>(readers_, [username = std::move(username)](database& db) -> result<user> {
        auto row = db.run("SELECT id FROM users WHERE username = ? AND deleted_at IS NULL", username);
        if (!row.step()) return errc::not_found;
        return *user_of(db, row.get<user_id>(0));
    });
}

async_result<std::vector<user>> accounts::search_users(std::string query, std::string after, std::size_t limit) {
    using found = std::vector<user>;
    return read<found>(readers_, [query = std::move(query), after = std::move(after), limit](database& db) -> result<found> {
        // Usernames are ASCII below U+007F, so this is the end of those that begin with the query. One character is a name, not a
        // prefix.
        const std::string end = query.size() < 2 ? query : query + '\x7f';
        return people_of(db, db.run("SELECT id FROM users WHERE username >= ?1 AND username <= ?2 AND username > ?3 AND "
                                    "deleted_at IS NULL ORDER BY username LIMIT ?4",
                                    query, end, after, limit));
    });
}

async_result<std::vector<user>> accounts::list_users(user_id after, std::size_t limit) {
    using found = std::vector<user>;
    return read<found>(readers_, [after, limit](database& db) -> result<found> {
        return people_of(db, db.run("SELECT id FROM users WHERE id > ? ORDER BY id LIMIT ?", after, limit));
    });
}

async_result<user> accounts::update_profile(user_id id, domain::profile_change change) {
    const auto text = change.display_name.value_or("").size() + change.status_message.value_or("").size();
    return write<user>(writer_, text, [id, change = std::move(change)](writing& w) -> result<user> {
        if (!is_alive(w.db, id)) return errc::not_found;
        w.db.change(
            "UPDATE users SET display_name = coalesce(?2, display_name), status_message = coalesce(?3, status_message), "
            "locale = coalesce(?4, locale) WHERE id = ?1",
            id, change.display_name, change.status_message, change.locale);
        return *user_of(w.db, id);
    });
}

async_result<> accounts::renew_password_hash(user_id id, std::string known, std::string hash) {
    const auto text = known.size() + hash.size();
    return write(writer_, text, [id, known = std::move(known), hash = std::move(hash)](writing& w) -> result<> {
        if (w.db.change("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ? AND deleted_at IS NULL", hash, id,
                        known) == 0)
            return errc::not_found;
        return {};
    });
}

async_result<std::vector<session_id>> accounts::set_password(user_id id, std::string hash, session_id keep) {
    using ended = std::vector<session_id>;
    const auto text = hash.size();
    return write<ended>(writer_, text, [id, hash = std::move(hash), keep](writing& w) -> result<ended> {
        if (w.db.change("UPDATE users SET password_hash = ? WHERE id = ? AND deleted_at IS NULL", hash, id) == 0)
            return errc::not_found;
        return end_sessions(w.db, id, keep, w.now);
    });
}

async_result<> accounts::set_role(user_id id, std::string role) {
    return write(writer_, role.size(), [id, role](writing& w) -> result<> {
        if (w.db.change("UPDATE users SET role = ? WHERE id = ? AND deleted_at IS NULL", role, id) == 0) return errc::not_found;
        return {};
    });
}

async_result<std::vector<session_id>> accounts::set_disabled(user_id id, bool disabled) {
    using ended = std::vector<session_id>;
    return write<ended>(writer_, 0, [id, disabled](writing& w) -> result<ended> {
        if (w.db.change("UPDATE users SET disabled = ? WHERE id = ? AND deleted_at IS NULL", disabled, id) == 0)
            return errc::not_found;
        return disabled ? end_sessions(w.db, id, session_id{}, w.now) : ended{};
    });
}

}  // namespace madang::storage::sqlite

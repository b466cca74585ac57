#include "postgres/accounts.hpp"

#include "madang/base/text.hpp"
#include "postgres/people.hpp"
#include "postgres/work.hpp"

namespace madang::storage::postgres {
namespace {

using domain::credentials;
using domain::user;

// Names to look for come as somebody typed them, and PostgreSQL fails over text that is no UTF-8 or holds a NUL. Nobody has such
// a name, nor the empty one.
std::string as_name(std::string typed) {
    const bool possible = text::is_utf8(typed) && typed.find('\0') == std::string::npos;
    return possible ? std::move(typed) : std::string{};
}

credentials credentials_at(const row& r) { return {r.get<user_id>(0), r.get<std::string>(1), r.get<bool>(2)}; }

result<user> one_user(const answers& found) {
    if (found[0].empty()) return errc::not_found;
    return user_at(found[0].front());
}

result<std::vector<user>> all_users(const answers& found) { return users_in(found[0]); }

}  // namespace

async_result<user> accounts::create_user(domain::new_user u) {
    return transact<user>(writes_, [this, u = std::move(u)](database& db) -> task<result<user>> {
        const auto made = co_await db.run(
            "INSERT INTO users AS u (username, display_name, password_hash, email, locale, role, created_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (username) DO NOTHING RETURNING " USER_COLUMNS,
            u.username, u.display_name, u.password_hash, u.email, u.locale, u.role, clock_.now());
        if (made.empty()) co_return errc::username_taken;
        co_return user_at(made.front());
    });
}

async_result<std::optional<credentials>> accounts::find_credentials(std::string username) {
    using found_one = std::optional<credentials>;
    return read<found_one>(
        reads_,
        statements::of("SELECT id, password_hash, disabled FROM users WHERE username = $1 AND deleted_at IS NULL",
                       as_name(std::move(username))),
        [](const answers& found) -> result<found_one> {
            if (found[0].empty()) return found_one{};
            return found_one{credentials_at(found[0].front())};
        });
}

async_result<credentials> accounts::credentials_of(user_id id) {
    return read<credentials>(
        reads_, statements::of("SELECT id, password_hash, disabled FROM users WHERE id = $1 AND deleted_at IS NULL", id),
        [](const answers& found) -> result<credentials> {
            if (found[0].empty()) return errc::not_found;
            return credentials_at(found[0].front());
        });
}

async_result<user> accounts::find_user(user_id id) {
    return read<user>(reads_, statements::of("SELECT " USER_COLUMNS " FROM users u WHERE u.id = $1", id), one_user);
}

async_result<std::vector<user>> accounts::find_users(std::vector<user_id> ids) {
    using found = std::vector<user>;
    if (ids.empty()) co_return found{};
    auto ask = statements::of("SELECT " USER_COLUMNS
                              " FROM unnest($1::bigint[]) n(id) "
                              "CROSS JOIN LATERAL (SELECT * FROM users WHERE id = n.id LIMIT 1) u",
                              ids);
    co_return co_await read<found>(reads_, std::move(ask), all_users);
}

async_result<user> accounts::find_user_by_name(std::string username) {
    return read<user>(reads_,
                      statements::of("SELECT " USER_COLUMNS " FROM users u WHERE u.username = $1 AND u.deleted_at IS NULL",
                                     as_name(std::move(username))),
                      one_user);
}

async_result<std::vector<user>> accounts::search_users(std::string query, std::string after, std::size_t limit) {
    query = as_name(std::move(query));
    // Usernames are ASCII below U+007F, so this is the end of those that begin with the query. One character is a name, not a
    // prefix.
    const std::string end = query.size() < 2 ? query : query + '\x7f';
    return read<std::vector<user>>(
        reads_,
        statements::of("SELECT " USER_COLUMNS " FROM users u WHERE u.username >= $1 AND u.username <= $2 AND "
                       "u.username > $3 AND u.deleted_at IS NULL ORDER BY u.username LIMIT $4",
                       query, end, as_name(std::move(after)), limit),
        all_users);
}

async_result<std::vector<user>> accounts::list_users(user_id after, std::size_t limit) {
    return read<std::vector<user>>(
        reads_, statements::of("SELECT " USER_COLUMNS " FROM users u WHERE u.id > $1 ORDER BY u.id LIMIT $2", after, limit),
        all_users);
}

async_result<user> accounts::update_profile(user_id id, domain::profile_change change) {
    return transact<user>(writes_, [id, change = std::move(change)](database& db) -> task<result<user>> {
        const auto changed = co_await db.run(
            "UPDATE users u SET display_name = coalesce($2, u.display_name), status_message = coalesce($3, u.status_message), "
            "locale = coalesce($4, u.locale) WHERE u.id = $1 AND u.deleted_at IS NULL RETURNING " USER_COLUMNS,
            id, change.display_name, change.status_message, change.locale);
        if (changed.empty()) co_return errc::not_found;
        co_return user_at(changed.front());
    });
}

async_result<> accounts::renew_password_hash(user_id id, std::string known, std::string hash) {
    return transact(writes_, [id, known = std::move(known), hash = std::move(hash)](database& db) -> task<result<>> {
        const auto changed = co_await db.change(
            "UPDATE users SET password_hash = $1 WHERE id = $2 AND password_hash = $3 AND deleted_at IS NULL", hash, id, known);
        if (changed == 0) co_return errc::not_found;
        co_return result<>{};
    });
}

// The row of the person is changed first, which locks it: a session that is being opened with the old password is either ended
// here or not opened.
async_result<std::vector<session_id>> accounts::set_password(user_id id, std::string hash, session_id keep) {
    using ended = std::vector<session_id>;
    return transact<ended>(writes_, [this, id, hash = std::move(hash), keep](database& db) -> task<result<ended>> {
        auto all = statements::of("UPDATE users SET password_hash = $1 WHERE id = $2 AND deleted_at IS NULL", hash, id);
        end_sessions(all, id, keep, clock_.now());
        const auto found = co_await db.run(std::move(all));
        if (found[0].affected() == 0) co_return errc::not_found;
        co_return ids_in<session_id>(found[1]);
    });
}

async_result<> accounts::set_role(user_id id, std::string role) {
    return transact(writes_, [id, role = std::move(role)](database& db) -> task<result<>> {
        const auto changed = co_await db.change("UPDATE users SET role = $1 WHERE id = $2 AND deleted_at IS NULL", role, id);
        if (changed == 0) co_return errc::not_found;
        co_return result<>{};
    });
}

async_result<std::vector<session_id>> accounts::set_disabled(user_id id, bool disabled) {
    using ended = std::vector<session_id>;
    return transact<ended>(writes_, [this, id, disabled](database& db) -> task<result<ended>> {
        auto all = statements::of("UPDATE users SET disabled = $1 WHERE id = $2 AND deleted_at IS NULL", disabled, id);
        if (disabled) end_sessions(all, id, session_id{}, clock_.now());
        const auto found = co_await db.run(std::move(all));
        if (found[0].affected() == 0) co_return errc::not_found;
        if (!disabled) co_return ended{};
        co_return ids_in<session_id>(found[1]);
    });
}

}  // namespace madang::storage::postgres

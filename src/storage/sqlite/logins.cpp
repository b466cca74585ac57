#include "sqlite/logins.hpp"

#include "sqlite/people.hpp"

namespace madang::storage::sqlite {
namespace {

using domain::login;

// One transaction forgets so many at most: a sweep after a long pause must not make the messages wait.
constexpr std::int64_t sweep_batch = 500;

// The oldest of the open sessions, as many as there are above `most`.
std::vector<session_id> surplus(database& db, user_id who, std::size_t most, timestamp now) {
    std::vector<session_id> open;
    auto rows = db.run("SELECT id FROM sessions WHERE user = ? AND ended_at IS NULL AND expires_at > ?", who, now);
    while (rows.step()) open.push_back(rows.get<session_id>(0));
    std::ranges::sort(open);
    open.resize(open.size() > most ? open.size() - most : 0);
    return open;
}

}  // namespace

std::optional<login> login_of(database& db, session_id session) {
    auto row =
        db.run("SELECT id, user, device, address, created_at, last_used_at, expires_at FROM sessions WHERE id = ?", session);
    if (!row.step()) return std::nullopt;
    return login{row.get<session_id>(0), row.get<user_id>(1),   row.get<std::string>(2), row.get<std::string>(3),
                 row.get<timestamp>(4),  row.get<timestamp>(5), row.get<timestamp>(6)};
}

async_result<domain::login_store::opened> logins::open(domain::new_login l, std::size_t most) {
    const auto text = l.refresh_hash.size() + l.device.size() + l.address.size();
    return write<opened>(writer_, text, [l = std::move(l), most](writing& w) -> result<opened> {
        if (!w.db.any("SELECT 1 FROM users WHERE id = ? AND deleted_at IS NULL AND disabled = 0 AND "
                      "password_hash = coalesce(?, password_hash)",
                      l.user, l.password_hash))
            return errc::not_found;
        w.db.change(
            "INSERT INTO sessions (user, device, address, created_at, last_used_at, expires_at, rotated_at) "
            "VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?4)",
            l.user, l.device, l.address, w.now, l.expires_at);
        const session_id session{w.db.last_id()};
        if (!l.refresh_hash.empty())
            w.db.change("INSERT INTO refresh_tokens (hash, session, generation) VALUES (CAST(? AS BLOB), ?, 0)", l.refresh_hash,
                        session);
        opened done{*login_of(w.db, session), surplus(w.db, l.user, most, w.now)};
        for (const auto old : done.ended) w.db.change("UPDATE sessions SET ended_at = ? WHERE id = ?", w.now, old);
        return done;
    });
}

async_result<std::vector<login>> logins::logins_of(user_id user) {
    using found = std::vector<login>;
    return read<found>(readers_, [user, now = clock_.now()](database& db) -> result<found> {
        auto rows = db.run(
            "SELECT id FROM sessions WHERE user = ? AND ended_at IS NULL AND expires_at > ? ORDER BY last_used_at DESC, id DESC",
            user, now);
        found open;
        while (rows.step()) open.push_back(*login_of(db, rows.get<session_id>(0)));
        return open;
    });
}

async_result<bool> logins::end(user_id user, session_id session) {
    return write<bool>(writer_, 0, [user, session](writing& w) -> result<bool> {
        return w.db.change(
                   "UPDATE sessions SET ended_at = ?1 WHERE id = ?2 AND user = ?3 AND ended_at IS NULL AND expires_at > ?1",
                   w.now, session, user) > 0;
    });
}

async_result<std::vector<session_id>> logins::end_all(user_id user) {
    using ended = std::vector<session_id>;
    return write<ended>(writer_, 0,
                        [user](writing& w) -> result<ended> { return end_sessions(w.db, user, session_id{}, w.now); });
}

async_result<std::vector<session_id>> logins::ended_since(timestamp since) {
    using found = std::vector<session_id>;
    return read<found>(readers_, [since, now = clock_.now()](database& db) -> result<found> {
        found all;
        auto ended = db.run("SELECT id FROM sessions WHERE ended_at >= ? ORDER BY ended_at", since);
        while (ended.step()) all.push_back(ended.get<session_id>(0));
        auto expired =
            db.run("SELECT id FROM sessions WHERE expires_at >= ? AND expires_at <= ? AND ended_at IS NULL ORDER BY expires_at",
                   since, now);
        while (expired.step()) all.push_back(expired.get<session_id>(0));
        return all;
    });
}

async_result<std::int64_t> logins::sweep(timestamp before) {
    std::int64_t all = 0;
    for (;;) {
        auto some = [before](writing& w) -> result<std::int64_t> {
            const auto ended = w.db.change(
                "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE ended_at < ? LIMIT ?)", before, sweep_batch);
            const auto expired = w.db.change(
                "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < ? LIMIT ?)", before, sweep_batch);
            return ended + expired;
        };
        auto done = co_await write<std::int64_t>(writer_, 0, std::move(some));
        if (!done) co_return done;
        all += *done;
        if (*done < sweep_batch) co_return all;
    }
}

}  // namespace madang::storage::sqlite

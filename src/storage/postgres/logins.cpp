#include "postgres/logins.hpp"

#include "postgres/people.hpp"
#include "postgres/work.hpp"

namespace madang::storage::postgres {
namespace {

using domain::login;

// One transaction forgets so many at most: a sweep after a long pause must not make the others wait.
constexpr std::int64_t sweep_batch = 500;

// The lock on the person's row lasts to the end: two logins at once see each other's session when they count.
void open_session(statements& all, const domain::new_login& l, timestamp now) {
    all.add(
        "WITH person AS (SELECT id FROM users WHERE id = $1 AND deleted_at IS NULL AND NOT disabled AND "
        "password_hash = coalesce($7::text, password_hash) FOR NO KEY UPDATE), "
        "s AS (INSERT INTO sessions (user_id, device, address, created_at, last_used_at, expires_at, rotated_at) "
        "SELECT id, $2::text, $3::text, $4::timestamptz, $4, $5::timestamptz, $4 FROM person RETURNING *), "
        "token AS (INSERT INTO refresh_tokens (hash, session_id, generation) "
        "SELECT $6::bytea, s.id, 0 FROM s WHERE $6::bytea <> '') "
        "SELECT " LOGIN_COLUMNS " FROM s",
        l.user, l.device, l.address, now, l.expires_at, l.refresh_hash, l.password_hash);
}

// The oldest of the open sessions, as many as there are above `most`.
void end_surplus(statements& all, user_id who, std::size_t most, timestamp now) {
    all.add(
        "WITH ended AS (UPDATE sessions SET ended_at = $2 WHERE id = ANY(ARRAY(SELECT id FROM sessions WHERE user_id = $1 AND "
        "ended_at IS NULL AND expires_at > $2 ORDER BY id DESC OFFSET $3)) RETURNING id) SELECT id FROM ended ORDER BY id",
        who, now, most);
}

}  // namespace

login login_at(const row& r) {
    return {r.get<session_id>(0), r.get<user_id>(1),   r.get<std::string>(2), r.get<std::string>(3),
            r.get<timestamp>(4),  r.get<timestamp>(5), r.get<timestamp>(6)};
}

async_result<domain::login_store::opened> logins::open(domain::new_login l, std::size_t most) {
    return transact<opened>(writes_, [this, l = std::move(l), most](database& db) -> task<result<opened>> {
        const auto now = clock_.now();
        statements all;
        open_session(all, l, now);
        end_surplus(all, l.user, most, now);
        const auto found = co_await db.run(std::move(all));
        if (found[0].empty()) co_return errc::not_found;
        opened done;
        done.session = login_at(found[0].front());
        done.ended = ids_in<session_id>(found[1]);
        co_return done;
    });
}

async_result<std::vector<login>> logins::logins_of(user_id user) {
    return read<std::vector<login>>(
        reads_,
        statements::of("SELECT " LOGIN_COLUMNS " FROM sessions s WHERE s.user_id = $1 AND s.ended_at IS NULL AND "
                       "s.expires_at > $2 ORDER BY s.last_used_at DESC, s.id DESC",
                       user, clock_.now()),
        [](const answers& found) -> result<std::vector<login>> {
            std::vector<login> open;
            for (const auto r : found[0]) open.push_back(login_at(r));
            return open;
        });
}

async_result<bool> logins::end(user_id user, session_id session) {
    return transact<bool>(writes_, [this, user, session](database& db) -> task<result<bool>> {
        const auto ended = co_await db.change(
            "UPDATE sessions SET ended_at = $1 WHERE id = $2 AND user_id = $3 AND ended_at IS NULL AND expires_at > $1",
            clock_.now(), session, user);
        co_return ended > 0;
    });
}

async_result<std::vector<session_id>> logins::end_all(user_id user) {
    using ended = std::vector<session_id>;
    return transact<ended>(writes_, [this, user](database& db) -> task<result<ended>> {
        statements all;
        lock_people(all, {user});
        end_sessions(all, user, session_id{}, clock_.now());
        const auto found = co_await db.run(std::move(all));
        co_return ids_in<session_id>(found[1]);
    });
}

// Not IS NULL, which is an index's own condition: the planner would look through all open sessions.
async_result<std::vector<session_id>> logins::ended_since(timestamp since) {
    return read<std::vector<session_id>>(
        reads_,
        statements::of("(SELECT id FROM sessions WHERE ended_at >= $1 ORDER BY ended_at, id) UNION ALL "
                       "(SELECT id FROM sessions WHERE expires_at >= $1 AND expires_at <= $2 AND "
                       "coalesce(ended_at, 'infinity') = 'infinity' ORDER BY expires_at, id)",
                       since, clock_.now()),
        [](const answers& found) -> result<std::vector<session_id>> { return ids_in<session_id>(found[0]); });
}

async_result<std::int64_t> logins::sweep(timestamp before) {
    std::int64_t all = 0;
    for (;;) {
        // What another server is forgetting, or a rotation is using, is left alone rather than waited for.
        auto some = [before](database& db) -> task<result<std::int64_t>> {
            auto both = statements::of(
                "DELETE FROM sessions WHERE id = ANY(ARRAY("
                "SELECT id FROM sessions WHERE ended_at < $1 ORDER BY ended_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
                before, sweep_batch);
            both.add(
                "DELETE FROM sessions WHERE id = ANY(ARRAY("
                "SELECT id FROM sessions WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
                before, sweep_batch);
            const auto gone = co_await db.run(std::move(both));
            co_return gone[0].affected() + gone[1].affected();
        };
        auto done = co_await transact<std::int64_t>(writes_, std::move(some));
        if (!done) co_return done;
        all += *done;
        if (*done < sweep_batch) co_return all;
    }
}

}  // namespace madang::storage::postgres

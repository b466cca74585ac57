// Refresh tokens. A session has a current generation of them; using one makes the next generation. Two tabs that refresh at once
// with one cookie both get a successor, and both successors are of the same generation: which of the two the browser keeps is
// not ours to know.
#include "postgres/logins.hpp"
#include "postgres/people.hpp"
#include "postgres/work.hpp"

namespace madang::storage::postgres {
namespace {

using rotation = domain::login_store::rotation;
using outcome = rotation::outcome;

// How many generations can still be told from unknown tokens, and how many tokens one generation may have.
constexpr std::int64_t kept_generations = 64;
constexpr std::int64_t most_of_generation = 64;

struct presented {
    domain::user user;
    session_id session;
    std::int64_t generation = 0;  // of the token
    std::int64_t current = 0;     // of the session
    timestamp rotated_at{};       // when the current generation began
};

// The token's session if that may be used at all. Its row is locked, used up or not, and read as it is once the lock is had; the
// person's is not, and may be older by that wait: whatever ends a person's right to a session ends the session too.
task<std::optional<presented>> find(database& db, std::string hash, timestamp now) {
    const auto found =
        co_await db.run("SELECT " USER_COLUMNS
                        ", s.id, t.generation, s.generation, s.rotated_at, s.ended_at IS NULL AND s.expires_at > $2 "
                        "FROM refresh_tokens t JOIN sessions s ON s.id = t.session_id JOIN users u ON u.id = s.user_id "
                        "WHERE t.hash = $1 FOR NO KEY UPDATE OF s",
                        hash, now);
    if (found.empty()) co_return std::nullopt;
    const auto r = found.front();
    presented p;
    p.user = user_at(r);
    p.session = r.get<session_id>(after_user);
    p.generation = r.get<std::int64_t>(after_user + 1);
    p.current = r.get<std::int64_t>(after_user + 2);
    p.rotated_at = r.get<timestamp>(after_user + 3);
    const bool open = r.get<bool>(after_user + 4);
    if (!open || p.user.disabled || p.user.deleted) co_return std::nullopt;
    co_return p;
}

// The previous generation, a moment after its first use, while no successor was used (that would have made it older).
task<bool> in_grace(database& db, const presented& p, std::chrono::milliseconds grace, timestamp now) {
    if (p.generation + 1 != p.current || now > p.rotated_at + grace) co_return false;
    const auto found =
        co_await db.run("SELECT count(*) FROM refresh_tokens WHERE session_id = $1 AND generation = $2", p.session, p.current);
    co_return found.front().get<std::int64_t>(0) < most_of_generation;
}

task<result<rotation>> end_family(database& db, session_id session, timestamp now) {
    const auto ended =
        co_await db.run("UPDATE sessions s SET ended_at = $2 WHERE s.id = $1 RETURNING " LOGIN_COLUMNS, session, now);
    rotation done;
    done.what = outcome::reused;
    done.session = login_at(ended.front());
    co_return done;
}

}  // namespace

async_result<rotation> logins::rotate(std::string hash, std::string next_hash, std::string address,
                                      std::chrono::milliseconds grace, timestamp expires_at) {
    return transact<rotation>(
        writes_,
        [this, hash = std::move(hash), next_hash = std::move(next_hash), address = std::move(address), grace,
         expires_at](database& db) -> task<result<rotation>> {
            const auto now = clock_.now();
            const auto p = co_await find(db, hash, now);
            if (!p) co_return rotation{};
            const bool first = p->generation == p->current;
            if (!first) {
                const bool served = co_await in_grace(db, *p, grace, now);
                if (!served) co_return co_await end_family(db, p->session, now);
            }
            const auto generation = first ? p->current + 1 : p->current;
            auto all = statements::of("INSERT INTO refresh_tokens (hash, session_id, generation) VALUES ($1, $2, $3)", next_hash,
                                      p->session, generation);
            all.add("DELETE FROM refresh_tokens WHERE session_id = $1 AND generation <= $2", p->session,
                    generation - kept_generations);
            all.add(
                "UPDATE sessions s SET generation = $2, rotated_at = $3, address = $4, last_used_at = $5, expires_at = $6 "
                "WHERE s.id = $1 RETURNING " LOGIN_COLUMNS,
                p->session, generation, first ? now : p->rotated_at, address, now, expires_at);
            const auto written = co_await db.run(std::move(all));
            rotation done;
            done.what = outcome::rotated;
            done.session = login_at(written[2].front());
            done.user = p->user;
            co_return done;
        });
}

}  // namespace madang::storage::postgres

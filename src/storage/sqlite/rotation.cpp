// Refresh tokens. A session has a current generation of them; using one makes the next generation. Two tabs that refresh at once
// with one cookie both get a successor, and both successors are of the same generation: which of the two the browser keeps is
// not ours to know.
#include "sqlite/logins.hpp"
#include "sqlite/people.hpp"

namespace madang::storage::sqlite {
namespace {

using rotation = domain::login_store::rotation;
using outcome = rotation::outcome;

// How many generations can still be told from unknown tokens, and how many tokens one generation may have.
constexpr std::int64_t kept_generations = 64;
constexpr std::int64_t most_of_generation = 64;

struct presented {
    session_id session;
    user_id user;
    std::int64_t generation = 0;  // of the token
    std::int64_t current = 0;     // of the session
    timestamp rotated_at{};       // when the current generation began
};

// The token's session if that may be used at all.
std::optional<presented> find(database& db, const std::string& hash, timestamp now) {
    auto row = db.run(
        "SELECT s.id, s.user, t.generation, s.generation, s.rotated_at FROM refresh_tokens t JOIN sessions s ON s.id = t.session "
        "JOIN users u ON u.id = s.user WHERE t.hash = CAST(?1 AS BLOB) AND s.ended_at IS NULL AND s.expires_at > ?2 "
        "AND u.disabled = 0 AND u.deleted_at IS NULL",
        hash, now);
    if (!row.step()) return std::nullopt;
    return presented{row.get<session_id>(0), row.get<user_id>(1), row.get<std::int64_t>(2), row.get<std::int64_t>(3),
                     row.get<timestamp>(4)};
}

// The previous generation, a moment after its first use, while no successor was used (that would have made it older).
bool in_grace(database& db, const presented& p, std::chrono::milliseconds grace, timestamp now) {
    if (p.generation + 1 != p.current || now > p.rotated_at + grace) return false;
    auto row = db.run("SELECT count(*) FROM refresh_tokens WHERE session = ? AND generation = ?", p.session, p.current);
    return row.step() && row.get<std::int64_t>(0) < most_of_generation;
}

}  // namespace

async_result<rotation> logins::rotate(std::string hash, std::string next_hash, std::string address,
                                      std::chrono::milliseconds grace, timestamp expires_at) {
    const auto text = hash.size() + next_hash.size() + address.size();
    return write<rotation>(writer_, text,
                           [hash = std::move(hash), next_hash = std::move(next_hash), address = std::move(address), grace,
                            expires_at](writing& w) -> result<rotation> {
                               const auto p = find(w.db, hash, w.now);
                               if (!p) return rotation{};
                               const bool first = p->generation == p->current;
                               if (!first && !in_grace(w.db, *p, grace, w.now)) {
                                   w.db.change("UPDATE sessions SET ended_at = ? WHERE id = ?", w.now, p->session);
                                   return rotation{outcome::reused, *login_of(w.db, p->session), {}};
                               }
                               const auto generation = first ? p->current + 1 : p->current;
                               w.db.change(
                                   "INSERT INTO refresh_tokens (hash, session, generation) VALUES (CAST(? AS BLOB), ?, ?)",
                                   next_hash, p->session, generation);
                               w.db.change("DELETE FROM refresh_tokens WHERE session = ? AND generation <= ?", p->session,
                                           generation - kept_generations);
                               w.db.change(
                                   "UPDATE sessions SET generation = ?2, rotated_at = ?3, address = ?4, last_used_at = ?5, "
                                   "expires_at = ?6 WHERE id = ?1",
                                   p->session, generation, first ? w.now : p->rotated_at, address, w.now, expires_at);
                               return rotation{outcome::rotated, *login_of(w.db, p->session), *user_of(w.db, p->user)};
                           });
}

}  // namespace madang::storage::sqlite

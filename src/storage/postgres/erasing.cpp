// Deleting a person: one transaction, whatever it touches.
#include "postgres/accounts.hpp"
#include "postgres/memberships.hpp"
#include "postgres/people.hpp"
#include "postgres/work.hpp"

#include <algorithm>

namespace madang::storage::postgres {
namespace {

using namespace std::chrono_literals;
using domain::member_role;

using erasure = domain::account_store::erasure;

// How often a person may be found in a group that has come just now and is busy.
constexpr int most_attempts = 10;
// A person may have a thousand groups.
constexpr int longer = 10;

// A person's groups, by id. $1: the person, $2: room_kind::group.
#define LOCK_GROUPS                                                                                   \
    "SELECT id FROM rooms WHERE id = ANY(ARRAY(SELECT room_id FROM members WHERE user_id = $1)) AND " \
    "kind = $2::bigint ORDER BY id FOR NO KEY UPDATE"

// Rooms, then the person, as everybody locks them. Only then nobody can take the person into another group any more, and it is
// too late to wait for the locks of those that came meanwhile; most of them are free. The answers: of the first lock, the person,
// the groups that are locked, the seats in all groups.
statements lock_all(user_id id) {
    const auto group = domain::room_kind::group;
    statements all;
    all.add(LOCK_GROUPS, id, group);
    lock_people(all, {id});
    all.add(LOCK_GROUPS " SKIP LOCKED", id, group);
    all.add(
        "SELECT m.room_id, m.role FROM members m JOIN rooms r ON r.id = m.room_id WHERE m.user_id = $1 AND r.kind = $2::bigint "
        "ORDER BY m.room_id",
        id, group);
    return all;
}

// What leaves no event behind. The answers: sessions, then friends and requests, then the rest.
statements make_tombstone(user_id id, timestamp now) {
    statements all;
    end_sessions(all, id, session_id{}, now);
    // The other sides first, found by this one: they have no index of their own.
    all.add("DELETE FROM contacts WHERE user_id = ANY(ARRAY(SELECT other_id FROM contacts WHERE user_id = $1)) AND other_id = $1",
            id);
    all.add(
        "WITH lost AS (DELETE FROM contacts WHERE user_id = $1 RETURNING other_id) SELECT other_id FROM lost ORDER BY other_id",
        id);
    all.add("DELETE FROM blocks WHERE user_id = $1", id);
    all.add("DELETE FROM blocks WHERE blocked_id = $1", id);
    all.add(
        "UPDATE users SET display_name = '', status_message = '', password_hash = '', email = '', role = 'user', "
        "disabled = false, deleted_at = $2 WHERE id = $1",
        id, now);
    return all;
}

// Nothing when the person is in a group that could not be locked. `tried`: what is told if it is committed.
task<result<std::optional<erasure>>> erase(database& db, user_id id, const clock& time, const domain::room_limits& limits,
                                           std::vector<domain::commit>& tried) {
    tried.clear();
    auto locks = lock_all(id);
    const auto found = co_await db.run(std::move(locks));
    if (found[1].empty()) co_return errc::not_found;
    const auto& seats = found[3];
    if (!std::ranges::includes(ids_in<room_id>(found[2]), ids_in<room_id>(seats))) co_return std::optional<erasure>{};

    writing w{db, time.now(), tried, limits};
    std::vector<role_in_group> held;
    for (const auto seat : seats) held.push_back({seat.get<room_id>(0), id, seat.get<member_role>(1)});
    co_await leave_groups(w, id, std::move(held));
    auto rest = make_tombstone(id, w.now);
    const auto gone = co_await db.run(std::move(rest));
    erasure done;
    done.ended = ids_in<session_id>(gone[0]);
    done.friends = ids_in<user_id>(gone[2]);
    co_return std::optional<erasure>{std::move(done)};
}

}  // namespace

// The seats in direct rooms stay: the other one goes on reading there, and talks to a tombstone.
async_result<erasure> accounts::erase_user(user_id id) {
    for (int attempt = 0; attempt < most_attempts; ++attempt) {
        const auto tried = std::make_shared<std::vector<domain::commit>>();
        auto work = [this, id, tried](database& db) { return erase(db, id, clock_, limits_, *tried); };
        auto done = co_await transact<std::optional<erasure>>(writes_, std::move(work), longer);
        if (!done) {
            // It may have been committed: after the return the rooms' lanes look.
            if (done.error().code == errc::unavailable) rooms_.doubt(std::move(*tried));
            co_return done.error();
        }
        if (!*done) continue;
        announcer_.tell(std::move(*tried));
        co_return *std::move(*done);
    }
    co_return retry_later(errc::unavailable, 1s);
}

}  // namespace madang::storage::postgres

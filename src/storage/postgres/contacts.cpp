#include "postgres/contacts.hpp"

#include "postgres/direct_rooms.hpp"
#include "postgres/people.hpp"
#include "postgres/work.hpp"

namespace madang::storage::postgres {
namespace {

using domain::contact;
using page = std::vector<contact>;

// Of a person, `since` and `incoming`.
contact contact_at(const row& r) { return {user_at(r), r.get<timestamp>(after_user), r.get<bool>(after_user + 1)}; }

result<page> contacts_in(const answers& found) {
    page all;
    for (const auto r : found[0]) all.push_back(contact_at(r));
    return all;
}

// Friends, or open requests in both directions.
statements known_to(user_id me, bool friends, user_id after, std::size_t limit) {
    return statements::of("SELECT " USER_COLUMNS
                          ", c.since, c.incoming FROM contacts c JOIN users u ON u.id = c.other_id "
                          "WHERE c.user_id = $1 AND c.friends = $2 AND c.other_id > $3 ORDER BY c.other_id LIMIT $4",
                          me, friends, after, limit);
}

// What is between two people, as one of them sees it.
struct between {
    contact other;
    bool friends = false;
    bool asked = false;  // a request is open, see `other.incoming`
    bool blocked = false;
    std::size_t friends_held = 0;   // by the one of the two who has more
    std::size_t requests_held = 0;  // the same, in both directions together
};

// Locks both; nothing unless both are there.
task<std::optional<between>> lock_both(database& db, user_id me, user_id other) {
    statements all;
    lock_people(all, {me, other});
    all.add("SELECT " USER_COLUMNS
            ", c.since, c.incoming, c.friends, NOT c.friends, "
            "EXISTS (SELECT FROM blocks WHERE user_id = $1 AND blocked_id = $2) OR "
            "EXISTS (SELECT FROM blocks WHERE user_id = $2 AND blocked_id = $1), "
            "greatest((SELECT count(*) FROM contacts WHERE user_id = $1 AND friends), "
            "(SELECT count(*) FROM contacts WHERE user_id = $2 AND friends)), "
            "greatest((SELECT count(*) FROM contacts WHERE user_id = $1 AND NOT friends), "
            "(SELECT count(*) FROM contacts WHERE user_id = $2 AND NOT friends)) "
            "FROM users u LEFT JOIN contacts c ON c.user_id = $1 AND c.other_id = u.id WHERE u.id = $2",
            me, other);
    const auto found = co_await db.run(std::move(all));
    if (found[0].size() < 2) co_return std::nullopt;
    const auto r = found[1].front();
    between b;
    b.other = contact_at(r);
    b.friends = r.get<bool>(after_user + 2);
    b.asked = r.get<bool>(after_user + 3);
    b.blocked = r.get<bool>(after_user + 4);
    b.friends_held = r.get<std::size_t>(after_user + 5);
    b.requests_held = r.get<std::size_t>(after_user + 6);
    co_return b;
}

error full() { return {errc::conflict, "One of the two has as many friends or requests as a person can have."}; }

// Both sides, in place of what there was.
task<> put(database& db, user_id me, user_id other, bool friends, bool incoming, timestamp now) {
    (void)co_await db.run(
        "INSERT INTO contacts (user_id, other_id, friends, incoming, since) "
        "VALUES ($1, $2, $3, $4, $5), ($2, $1, $3, NOT $4, $5) "
        "ON CONFLICT (user_id, other_id) DO UPDATE "
        "SET friends = excluded.friends, incoming = excluded.incoming, since = excluded.since",
        me, other, friends, incoming, now);
}

// Ends whatever there is between the two. The answer to the last of these statements tells whether there was something.
void part(statements& all, user_id a, user_id b) {
    for (const auto& [one, other] : {std::pair{b, a}, std::pair{a, b}})
        all.add("DELETE FROM contacts WHERE user_id = $1 AND other_id = $2", one, other);
}

task<> part(database& db, user_id a, user_id b) {
    statements all;
    part(all, a, b);
    (void)co_await db.run(std::move(all));
}

}  // namespace

async_result<page> contacts::friends(user_id me, user_id after, std::size_t limit) {
    return read<page>(reads_, known_to(me, true, after, limit), contacts_in);
}

async_result<page> contacts::requests(user_id me, user_id after, std::size_t limit) {
    return read<page>(reads_, known_to(me, false, after, limit), contacts_in);
}

async_result<page> contacts::blocks(user_id me, user_id after, std::size_t limit) {
    return read<page>(reads_,
                      statements::of("SELECT " USER_COLUMNS ", b.since, false FROM blocks b JOIN users u ON u.id = b.blocked_id "
                                     "WHERE b.user_id = $1 AND b.blocked_id > $2 ORDER BY b.blocked_id LIMIT $3",
                                     me, after, limit),
                      contacts_in);
}

async_result<domain::contact_store::friendship> contacts::befriend(user_id me, user_id other, std::size_t most) {
    return transact<friendship>(writes_, [this, me, other, most](database& db) -> task<result<friendship>> {
        if (me == other) co_return errc::cannot_befriend_yourself;
        const auto now_between = co_await lock_both(db, me, other);
        if (!now_between) co_return errc::not_found;
        const auto& b = *now_between;
        if (b.blocked) co_return errc::blocked;
        if (b.friends) co_return errc::already_friends;
        friendship made{befriended::still_requested, b.other};
        if (b.asked && !b.other.incoming) co_return made;
        if (b.friends_held >= most) co_return full();
        const auto now = clock_.now();
        if (b.asked) {
            co_await put(db, me, other, true, true, now);
            made.what = befriended::friends;
        } else {
            if (b.requests_held >= most) co_return full();
            co_await put(db, me, other, false, false, now);
            made.what = befriended::requested;
        }
        made.other.since = now;
        co_return made;
    });
}

async_result<contact> contacts::accept(user_id me, user_id other, std::size_t most) {
    return transact<contact>(writes_, [this, me, other, most](database& db) -> task<result<contact>> {
        const auto b = co_await lock_both(db, me, other);
        if (!b || !b->asked || !b->other.incoming) co_return errc::not_found;
        if (b->friends_held >= most) co_return full();
        contact accepted = b->other;
        accepted.since = clock_.now();
        co_await put(db, me, other, true, true, accepted.since);
        co_return accepted;
    });
}

async_result<> contacts::decline(user_id me, user_id other) {
    return transact(writes_, [me, other](database& db) -> task<result<>> {
        const auto b = co_await lock_both(db, me, other);
        if (!b || !b->asked) co_return errc::not_found;
        co_await part(db, me, other);
        co_return result<>{};
    });
}

async_result<bool> contacts::unfriend(user_id me, user_id other) {
    return transact<bool>(writes_, [me, other](database& db) -> task<result<bool>> {
        const auto b = co_await lock_both(db, me, other);
        if (!b || !b->friends) co_return false;
        co_await part(db, me, other);
        co_return true;
    });
}

async_result<bool> contacts::block(user_id me, user_id other) {
    return transact<bool>(writes_, [this, me, other](database& db) -> task<result<bool>> {
        if (me == other) co_return errc::invalid_request;
        // Rooms before people. A room that these two make in between, which holds their rows, is guarded below.
        statements lock;
        guard(lock, me, other);
        lock_people(lock, {me, other});
        const auto there = co_await db.run(std::move(lock));
        if (there.back().size() < 2) co_return errc::not_found;
        auto all = statements::of("INSERT INTO blocks (user_id, blocked_id, since) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                                  me, other, clock_.now());
        guard(all, me, other);
        part(all, me, other);
        const auto done = co_await db.run(std::move(all));
        co_return done.back().affected() > 0;
    });
}

async_result<> contacts::unblock(user_id me, user_id other) {
    return transact(writes_, [me, other](database& db) -> task<result<>> {
        statements all;
        lock_people(all, {me, other});
        all.add("DELETE FROM blocks WHERE user_id = $1 AND blocked_id = $2", me, other);
        (void)co_await db.run(std::move(all));
        co_return result<>{};
    });
}

}  // namespace madang::storage::postgres

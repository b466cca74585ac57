// Creating rooms, and what their members do to them.
#include "madang/domain/rules.hpp"
#include "postgres/direct_rooms.hpp"
#include "postgres/log.hpp"
#include "postgres/memberships.hpp"
#include "postgres/seats.hpp"

#include <algorithm>

namespace madang::storage::postgres {

using namespace domain;

namespace {

using created = room_log::created;

error too_many_members() { return {errc::conflict, "A room holds no more members."}; }
error too_many_rooms() { return {errc::conflict, "One of these people is in as many rooms as a person can be in."}; }

// A person who may be brought into a room, as the inviter sees them.
struct guest {
    bool alive = false;
    bool blocked = false;  // either way
    bool friends = false;
    std::size_t rooms = 0;
};

// Their rows stay locked, so that nobody becomes a tombstone, or a member of one room too many, meanwhile. Rooms are locked
// before.
task<std::vector<guest>> look_at(database& db, user_id inviter, std::vector<user_id> people) {
    auto asked = statements::of("SELECT id FROM users WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE", people);
    asked.add(
        "SELECT u.id IS NOT NULL, b1.yes IS NOT NULL OR b2.yes IS NOT NULL, c.yes IS NOT NULL, "
        "(SELECT count(*) FROM members WHERE user_id = n.id) "
        "FROM unnest($1::bigint[]) WITH ORDINALITY AS n(id, i) "
        "LEFT JOIN LATERAL (SELECT id FROM users WHERE id = n.id AND deleted_at IS NULL LIMIT 1) u ON true "
        "LEFT JOIN LATERAL (SELECT 1 AS yes FROM blocks WHERE user_id = $2 AND blocked_id = n.id LIMIT 1) b1 ON true "
        "LEFT JOIN LATERAL (SELECT 1 AS yes FROM blocks WHERE user_id = n.id AND blocked_id = $2 LIMIT 1) b2 ON true "
        "LEFT JOIN LATERAL (SELECT 1 AS yes FROM contacts WHERE user_id = $2 AND other_id = n.id AND friends LIMIT 1) c ON true "
        "ORDER BY i",
        people, inviter);
    const auto found = co_await db.run(std::move(asked));
    std::vector<guest> guests;
    for (const auto r : found.back()) {
        guest one;
        one.alive = r.get<bool>(0);
        one.blocked = r.get<bool>(1);
        one.friends = r.get<bool>(2);
        one.rooms = r.get<std::size_t>(3);
        guests.push_back(one);
    }
    co_return guests;
}

// Whether somebody may bring these people into a room.
result<> judge_guests(room_kind kind, const std::vector<guest>& guests, const room_limits& limits) {
    if (!std::ranges::all_of(guests, &guest::alive)) return errc::not_found;
    for (const auto& one : guests) {
        if (kind == room_kind::direct && one.blocked) return errc::blocked;
        if (!one.friends) return errc::not_friends;
    }
    if (std::ranges::any_of(guests, [&](const guest& one) { return one.rooms >= limits.rooms; })) return too_many_rooms();
    return {};
}

// The room that the request means and that is there already.
task<std::optional<room_id>> existing_room(writing& w, new_room r, std::optional<std::string> pair) {
    auto asked =
        statements::of("SELECT id FROM rooms WHERE created_by = $1 AND create_key = nullif($2::text, '')", r.creator, r.key);
    asked.add("SELECT id FROM rooms WHERE direct_key = $1", pair);
    const auto found = co_await w.db.run(std::move(asked));
    if (!found.front().empty()) co_return found.front().front().get<room_id>(0);
    if (found.back().empty()) co_return std::nullopt;
    const auto room = found.back().front().get<room_id>(0);
    std::vector<room_id> only{room};
    (void)co_await lock_rooms(w.db, std::move(only));
    co_await show_again(w, room, r.creator);
    co_return room;
}

// Where somebody else has just made the same room, all begins anew: it would be locked after people, and rooms come first.
task<room_id> found_room(writing& w, new_room r, std::optional<std::string> pair) {
    std::optional<std::string> key;
    if (!r.key.empty()) key = r.key;
    const auto made = co_await w.db.run(
        "INSERT INTO rooms (kind, name, direct_key, created_by, create_key, created_at, last_at, guarded) "
        "VALUES ($1::bigint, $2, $3, $4, $5, $6, $6, false) ON CONFLICT DO NOTHING RETURNING id",
        r.kind, r.name, pair, r.creator, key, w.now);
    if (made.empty()) throw failure::overtaken("the room was made meanwhile");
    const auto room = made.front().get<room_id>(0);
    members_joined body;
    body.users.push_back(r.creator);
    body.users.insert(body.users.end(), r.others.begin(), r.others.end());
    audience_change audience;
    audience.joined = body.users;
    std::vector<user_id> creator{r.creator};
    co_await seat_members(w, room, std::move(creator), r.kind == room_kind::group ? member_role::owner : member_role::member, 0,
                          0);
    co_await seat_members(w, room, r.others, member_role::member, 0, 0);
    co_await append(w, room, r.creator, std::move(body), std::move(audience));
    co_return room;
}

// Of the given people those who are not in the room yet, each once.
task<std::vector<user_id>> newcomers(database& db, room_id room, std::vector<user_id> users) {
    const auto found =
        co_await db.run("SELECT user_id FROM members WHERE room_id = $1 AND user_id = ANY($2::bigint[])", room, users);
    std::vector<user_id> there;
    for (const auto r : found) there.push_back(r.get<user_id>(0));
    std::vector<user_id> fresh;
    for (const auto user : users)
        if (std::ranges::find(fresh, user) == fresh.end() && std::ranges::find(there, user) == there.end()) fresh.push_back(user);
    co_return fresh;
}

}  // namespace

async_result<created> log::create_room(new_room r) {
    const auto text = r.name.size() + r.key.size() + r.others.size() * sizeof(user_id);
    const auto creator = r.creator.value;
    auto work = [r = std::move(r)](writing& w) -> async_result<created> {
        std::optional<std::string> pair;
        if (r.kind == room_kind::direct) pair = direct_key(r.creator, r.others.empty() ? r.creator : r.others.front());
        created answer;
        if (const auto room = co_await existing_room(w, r, pair)) {
            answer.room = *room;
            answer.existed = true;
            co_return answer;
        }
        std::vector<user_id> all{r.others};
        all.push_back(r.creator);
        auto guests = co_await look_at(w.db, r.creator, std::move(all));
        const auto creator = guests.back();
        guests.pop_back();
        if (!creator.alive) co_return errc::not_found;
        if (const auto may = judge_guests(r.kind, guests, w.limits); !may) co_return may.error();
        if (r.others.size() + 1 > w.limits.members) co_return too_many_members();
        if (creator.rooms >= w.limits.rooms) co_return too_many_rooms();
        answer.room = co_await found_room(w, r, pair);
        co_return answer;
    };
    auto make = [text, work = std::move(work)](std::unique_ptr<pending<created>> to) mutable -> std::unique_ptr<unit> {
        return std::make_unique<work_of<created, decltype(work)>>(unit::kind::alone, room_id{}, text, std::move(work),
                                                                  std::move(to));
    };
    return offer<created>(writer_, creator, std::move(make));
}

async_result<> log::rename(room_id room, user_id actor, std::string name) {
    const auto bytes = name.size();
    return write(writer_, unit::kind::work, room, bytes, [=](writing& w) -> async_result<> {
        const auto seat = co_await seat_in(w.db, room, actor);
        if (!seat) co_return errc::not_a_member;
        if (auto may = rules::may_rename(seat->kind, seat->role); !may) co_return may;
        const auto changed = co_await w.db.change("UPDATE rooms SET name = $1 WHERE id = $2 AND name <> $1", name, room);
        if (changed == 0) co_return result<>{};
        room_renamed body;
        body.name = name;
        audience_change nobody;
        co_await append(w, room, actor, std::move(body), std::move(nobody));
        co_return result<>{};
    });
}

async_result<std::vector<user_id>> log::add_members(room_id room, user_id actor, std::vector<user_id> users) {
    using added = std::vector<user_id>;
    const auto bytes = users.size() * sizeof(user_id);
    return write<added>(writer_, unit::kind::alone, room, bytes, [=](writing& w) -> async_result<added> {
        const auto seat = co_await seat_in(w.db, room, actor);
        if (!seat) co_return errc::not_a_member;
        if (const auto may = rules::may_invite(seat->kind); !may) co_return may.error();
        auto fresh = co_await newcomers(w.db, room, users);
        if (fresh.empty()) co_return fresh;
        const auto guests = co_await look_at(w.db, actor, fresh);
        if (const auto may = judge_guests(seat->kind, guests, w.limits); !may) co_return may.error();
        if (static_cast<std::size_t>(seat->members) + fresh.size() > w.limits.members) co_return too_many_members();
        co_await seat_members(w, room, fresh, member_role::member, seat->last_seq, seat->last_ordinal);
        members_joined body;
        body.users = fresh;
        audience_change audience;
        audience.joined = fresh;
        co_await append(w, room, actor, std::move(body), std::move(audience));
        co_return fresh;
    });
}

async_result<bool> log::remove_member(room_id room, user_id actor, user_id target) {
    return write<bool>(writer_, unit::kind::work, room, 0, [=](writing& w) -> async_result<bool> {
        const auto seat = co_await seat_in(w.db, room, actor);
        if (!seat) co_return errc::not_a_member;
        const auto role = co_await role_in(w.db, room, target);
        if (!role) co_return false;
        if (const auto may = rules::may_remove(seat->kind, seat->role, *role, actor == target); !may) co_return may.error();
        if (seat->kind == room_kind::direct) {
            co_await hide(w, *seat);
            co_return true;
        }
        std::vector<role_in_group> seats{{room, target, *role}};
        co_await leave_groups(w, actor, std::move(seats));
        co_return true;
    });
}

async_result<> log::set_role(room_id room, user_id actor, user_id target, member_role role) {
    return write(writer_, unit::kind::work, room, 0, [=](writing& w) -> async_result<> {
        const auto seat = co_await seat_in(w.db, room, actor);
        if (!seat) co_return errc::not_a_member;
        if (auto may = rules::may_set_role(seat->kind, seat->role, role, actor == target); !may) co_return may;
        const auto present = co_await role_in(w.db, room, target);
        if (!present) co_return errc::not_found;
        if (*present == role) co_return result<>{};
        // A room has one owner at any moment, and the index says so: the old one steps down first.
        std::vector<role_in_group> given;
        if (role == member_role::owner) given.push_back({room, actor, member_role::admin});
        given.push_back({room, target, role});
        co_await change_roles(w, actor, std::move(given));
        co_return result<>{};
    });
}

}  // namespace madang::storage::postgres

// Creating rooms, and what their members do to them.
#include "madang/domain/rules.hpp"
#include "sqlite/direct_rooms.hpp"
#include "sqlite/log.hpp"
#include "sqlite/memberships.hpp"
#include "sqlite/people.hpp"
#include "sqlite/seats.hpp"

namespace madang::storage::sqlite {

using namespace domain;

namespace {

using created = room_log::created;

std::optional<room_id> first_with_key(database& db, const new_room& r) {
    if (r.key.empty()) return std::nullopt;
    auto row = db.run("SELECT id FROM rooms WHERE created_by = ? AND create_key = ?", r.creator, r.key);
    if (!row.step()) return std::nullopt;
    return row.get<room_id>(0);
}

// The room that the request means and that is there already.
std::optional<room_id> existing_room(writing& w, const new_room& r, const std::optional<std::string>& pair) {
    if (const auto room = first_with_key(w.db, r)) return room;
    if (!pair) return std::nullopt;
    const auto room = direct_room(w.db, *pair);
    if (room) show_again(w, *room, r.creator);
    return room;
}

error too_many_members() { return {errc::conflict, "A room holds no more members."}; }
error too_many_rooms() { return {errc::conflict, "One of these people is in as many rooms as a person can be in."}; }

// Whether `actor` may bring these people into a room.
result<> judge_invited(writing& w, room_kind kind, user_id actor, const std::vector<user_id>& others) {
    for (const auto other : others)
        if (!is_alive(w.db, other)) return errc::not_found;
    for (const auto other : others) {
        if (kind == room_kind::direct && are_blocked(w.db, actor, other)) return errc::blocked;
        if (!are_friends(w.db, actor, other)) return errc::not_friends;
    }
    for (const auto other : others)
        if (rooms_held_by(w.db, other) >= w.limits.rooms) return too_many_rooms();
    return {};
}

created found_room(writing& w, const new_room& r, const std::optional<std::string>& pair) {
    w.db.change(
        "INSERT INTO rooms (kind, name, direct_key, created_by, create_key, created_at, last_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, "
        "?6)",
        r.kind, r.name, pair, r.creator, r.key.empty() ? std::optional<std::string>{} : r.key, w.now);
    const room_id room{w.db.last_id()};
    std::vector<user_id> all{r.creator};
    all.insert(all.end(), r.others.begin(), r.others.end());
    seat_members(w, room, {r.creator}, r.kind == room_kind::group ? member_role::owner : member_role::member, 0, 0);
    seat_members(w, room, r.others, member_role::member, 0, 0);
    append(w, room, r.creator, members_joined{all}, {all, {}});
    return {room, false};
}

// Of the given people those who are not in the room yet, each once.
std::vector<user_id> newcomers(database& db, room_id room, const std::vector<user_id>& users) {
    std::vector<user_id> fresh;
    for (const auto user : users)
        if (std::ranges::find(fresh, user) == fresh.end() && !role_in(db, room, user)) fresh.push_back(user);
    return fresh;
}

std::size_t count_members(database& db, room_id room) {
    auto row = db.run("SELECT member_count FROM rooms WHERE id = ?", room);
    return row.step() ? row.get<std::size_t>(0) : 0;
}

}  // namespace

async_result<created> log::create_room(new_room r) {
    const auto text = r.name.size() + r.key.size() + r.others.size() * sizeof(user_id);
    return write<created>(writer_, text, [r = std::move(r)](writing& w) -> result<created> {
        std::optional<std::string> pair;
        if (r.kind == room_kind::direct) pair = direct_key(r.creator, r.others.empty() ? r.creator : r.others.front());
        if (const auto room = existing_room(w, r, pair)) return created{*room, true};
        if (!is_alive(w.db, r.creator)) return errc::not_found;
        if (const auto may = judge_invited(w, r.kind, r.creator, r.others); !may) return may.error();
        if (r.others.size() + 1 > w.limits.members) return too_many_members();
        if (rooms_held_by(w.db, r.creator) >= w.limits.rooms) return too_many_rooms();
        return found_room(w, r, pair);
    });
}

async_result<> log::rename(room_id room, user_id actor, std::string name) {
    return write(writer_, name.size(), [room, actor, name](writing& w) -> result<> {
        const auto seat = seat_in(w.db, room, actor);
        if (!seat) return errc::not_a_member;
        if (auto may = rules::may_rename(seat->kind, seat->role); !may) return may;
        if (w.db.any("SELECT 1 FROM rooms WHERE id = ? AND name = ?", room, name)) return {};
        w.db.change("UPDATE rooms SET name = ? WHERE id = ?", name, room);
        append(w, room, actor, room_renamed{name});
        return {};
    });
}

async_result<std::vector<user_id>> log::add_members(room_id room, user_id actor, std::vector<user_id> users) {
    using added = std::vector<user_id>;
    const auto bytes = users.size() * sizeof(user_id);
    return write<added>(writer_, bytes, [room, actor, users = std::move(users)](writing& w) -> result<added> {
        const auto seat = seat_in(w.db, room, actor);
        if (!seat) return errc::not_a_member;
        if (const auto may = rules::may_invite(seat->kind); !may) return may.error();
        auto fresh = newcomers(w.db, room, users);
        if (fresh.empty()) return fresh;
        if (const auto may = judge_invited(w, seat->kind, actor, fresh); !may) return may.error();
        if (count_members(w.db, room) + fresh.size() > w.limits.members) return too_many_members();
        seat_members(w, room, fresh, member_role::member, seat->last_seq, seat->last_ordinal);
        append(w, room, actor, members_joined{fresh}, {fresh, {}});
        return fresh;
    });
}

async_result<bool> log::remove_member(room_id room, user_id actor, user_id target) {
    return write<bool>(writer_, 0, [room, actor, target](writing& w) -> result<bool> {
        const auto seat = seat_in(w.db, room, actor);
        if (!seat) return errc::not_a_member;
        const auto role = role_in(w.db, room, target);
        if (!role) return false;
        if (const auto may = rules::may_remove(seat->kind, seat->role, *role, actor == target); !may) return may.error();
        if (seat->kind == room_kind::direct)
            hide(w, *seat);
        else
            leave_group(w, room, actor, target, *role);
        return true;
    });
}

async_result<> log::set_role(room_id room, user_id actor, user_id target, member_role role) {
    return write(writer_, 0, [room, actor, target, role](writing& w) -> result<> {
        const auto seat = seat_in(w.db, room, actor);
        if (!seat) return errc::not_a_member;
        if (auto may = rules::may_set_role(seat->kind, seat->role, role, actor == target); !may) return may;
        const auto present = role_in(w.db, room, target);
        if (!present) return errc::not_found;
        if (*present == role) return {};
        // A room has one owner at any moment, and the index says so: the old one steps down first.
        if (role == member_role::owner) change_role(w, room, actor, actor, member_role::admin);
        change_role(w, room, actor, target, role);
        return {};
    });
}

async_result<bool> log::mark_read(room_id room, user_id user, ordinal_t ordinal) {
    return write<bool>(writer_, 0, [room, user, ordinal](writing& w) -> result<bool> {
        const auto seat = seat_in(w.db, room, user);
        if (!seat) return errc::not_a_member;
        if (ordinal > seat->last_ordinal)
            return invalid_field("ordinal", "out_of_range", "The room has no message with this ordinal yet.");
        if (ordinal <= seat->read_ordinal) return false;
        w.db.change("UPDATE members SET read_ordinal = ? WHERE room = ? AND user = ?", ordinal, room, user);
        return true;
    });
}

async_result<> log::set_muted(room_id room, user_id user, bool muted) {
    return write(writer_, 0, [room, user, muted](writing& w) -> result<> {
        if (!seat_in(w.db, room, user)) return errc::not_a_member;
        w.db.change("UPDATE members SET muted = ? WHERE room = ? AND user = ?", muted, room, user);
        return {};
    });
}

}  // namespace madang::storage::sqlite

#include "world.hpp"

namespace madang::test {

void world::fail_of(const error& refused) { FAIL("refused: " << to_string(refused.code) << " " << refused.detail); }

user_id world::person(const std::string& name) {
    domain::new_user u;
    u.username = name;
    u.display_name = name;
    u.password_hash = "hash of " + name;
    return get(accounts().create_user(u)).id;
}

void world::befriend(user_id a, user_id b) {
    get(contacts().befriend(a, b, 2000));
    get(contacts().accept(b, a, 2000));
}

void world::make_friends(user_id a, user_id b) {
    const auto mine = get(contacts().friends(a, user_id{b.value - 1}, 1));
    if (mine.empty() || mine.front().who.id != b) befriend(a, b);
}

domain::new_room world::room_of(domain::room_kind kind, user_id creator, std::vector<user_id> others, std::string key) {
    domain::new_room r;
    r.kind = kind;
    r.creator = creator;
    r.others = std::move(others);
    r.key = std::move(key);
    return r;
}

domain::room_log::created world::create(domain::room_kind kind, user_id creator, std::vector<user_id> others, std::string key) {
    return get(log().create_room(room_of(kind, creator, std::move(others), std::move(key))));
}

room_id world::group(user_id creator, std::vector<user_id> others) {
    for (const auto other : others) make_friends(creator, other);
    return create(domain::room_kind::group, creator, std::move(others)).room;
}

room_id world::direct(user_id a, user_id b) {
    make_friends(a, b);
    return create(domain::room_kind::direct, a, {b}).room;
}

void world::join(room_id room, user_id inviter, user_id guest) {
    make_friends(inviter, guest);
    get(log().add_members(room, inviter, {guest}));
}

domain::new_message world::message(room_id room, user_id author, std::string text, std::string key, seq_t reply_to) {
    if (key.empty()) key = "~" + std::to_string(++keys_given_);
    return {room, author, std::move(key), std::move(text), reply_to};
}

domain::posted world::say(room_id room, user_id author, std::string text, std::string key, seq_t reply_to) {
    return get(log().post(message(room, author, std::move(text), std::move(key), reply_to)));
}

domain::timeline_page world::timeline(user_id me, room_id room, domain::timeline_range range) {
    return get(rooms().timeline(me, room, range));
}

std::vector<domain::event> world::events(room_id room) { return get(rooms().events(room, 0, 100'000)); }

std::vector<std::string> texts(const domain::timeline_page& page) {
    std::vector<std::string> found;
    for (const auto& item : page.items)
        if (const auto* m = std::get_if<domain::message_posted>(&item.event.body)) found.push_back(m->deleted_at ? "-" : m->text);
    return found;
}

std::vector<user_id> ids(const std::vector<domain::member>& members) {
    std::vector<user_id> found;
    for (const auto& m : members) found.push_back(m.user.id);
    return found;
}

}  // namespace madang::test

#include "use_everything.hpp"

#include <chrono>

namespace madang::test {

namespace {

// Three people, whose names end alike, and everything that one alone can do.
struct everybody {
    explicit everybody(world& w, const std::string& ending)
        : sora(w.person("sora" + ending)), jun(w.person("jun" + ending)), mina(w.person("mina" + ending)) {}
    user_id sora, jun, mina;
};

void use_accounts(world& w, const everybody& all, const std::string& ending) {
    using namespace std::chrono_literals;
    auto& accounts = w.accounts();
    w.get(accounts.find_credentials("sora" + ending));
    w.get(accounts.credentials_of(all.sora));
    w.get(accounts.find_user(all.sora));
    w.get(accounts.find_users({all.sora, all.jun}));
    w.get(accounts.find_user_by_name("sora" + ending));
    w.get(accounts.search_users("so", "", 10));
    w.get(accounts.search_users("s", "", 10));
    w.get(accounts.list_users({}, 10));
    w.get(accounts.update_profile(all.sora, {}));
    w.get(accounts.renew_password_hash(all.sora, "hash of sora" + ending, "x"));
    w.get(accounts.set_role(all.sora, "admin"));

    auto& logins = w.logins();
    const auto login = [&](const std::string& hash) {
        domain::new_login l{all.sora, hash + ending, "device", "address", w.clock.now() + 1h, {}};
        return w.get(logins.open(l, 1)).session.id;
    };
    login("hash");
    const auto session = login("other hash");
    w.get(logins.rotate("other hash" + ending, "next" + ending, "", 30s, w.clock.now() + 1h));
    w.get(logins.rotate("other hash" + ending, "twin" + ending, "", 30s, w.clock.now() + 1h));
    w.get(logins.logins_of(all.sora));
    w.get(logins.end(all.sora, session));
    login("reused");
    w.get(logins.rotate("reused" + ending, "second" + ending, "", 0s, w.clock.now() + 1h));
    w.clock.advance(1ms);
    w.get(logins.rotate("reused" + ending, "third" + ending, "", 0s, w.clock.now() + 1h));
    w.get(logins.end_all(all.sora));
    w.get(logins.ended_since(w.clock.now()));
    w.get(logins.sweep(w.clock.now() - 1h));
    w.get(accounts.set_password(all.sora, "x", {}));
    w.get(accounts.set_disabled(all.mina, true));
    w.get(accounts.set_disabled(all.mina, false));
    w.get(w.keys().add_key({"kid" + ending, "seed", w.clock.now(), false}, true, true));
    w.get(w.keys().add_key({"other kid" + ending, "seed", w.clock.now(), false}, true, false));
    w.get(w.keys().keys());
}

void use_contacts(world& w, const everybody& all) {
    auto& contacts = w.contacts();
    w.get(contacts.befriend(all.mina, all.sora, 10));
    w.get(contacts.decline(all.sora, all.mina));
    w.get(contacts.befriend(all.mina, all.sora, 10));
    w.get(contacts.accept(all.sora, all.mina, 10));
    w.get(contacts.friends(all.sora, {}, 10));
    w.get(contacts.unfriend(all.sora, all.mina));
    w.get(contacts.requests(all.sora, {}, 10));
    w.get(contacts.block(all.mina, all.sora));
    w.get(contacts.blocks(all.mina, {}, 10));
    w.get(contacts.unblock(all.mina, all.sora));
}

}  // namespace

void use_room(world& w, room_id room, user_id me, user_id other, const std::string& ending) {
    auto& log = w.log();
    w.get(w.rooms().log_seat_of(me, room));  // first of all: in a room without edits the newest one is as quickly found
    const auto seq = w.say(room, me, "text", "key" + ending).seq;
    w.say(room, me, "text", "key" + ending);
    w.say(room, me, "reply", "reply" + ending, seq);
    w.get(log.edit(room, seq, me, "new"));
    w.get(log.react(room, seq, other, "👍", true));
    w.get(log.react(room, seq, other, "👍", false));
    w.get(log.erase(room, seq, me));
    w.get(log.mark_read(room, other, 1));
    w.get(log.set_muted(room, other, true));

    auto& rooms = w.rooms();
    w.get(rooms.rooms_of(me, {}, 10));
    w.get(rooms.rooms_of(me, domain::room_cursor{w.clock.now(), room}, 10));
    w.get(rooms.room_of(me, room));
    w.get(rooms.places_of(me, 1000));
    w.get(rooms.faces({room}));
    w.get(rooms.seat_of(me, room));
    w.get(rooms.seats_of(me));
    w.get(rooms.heads({room}));
    w.get(rooms.seats_taken({me, other}, {}));
    w.get(rooms.members(room, {}, 10));
    w.get(rooms.members(room, me, 10));
    w.get(rooms.member_of(room, other));
    w.get(rooms.member_count(room));
    w.get(rooms.member_ids(room));
    w.timeline(me, room);
    w.timeline(me, room, {.before = seq, .after = {}, .around = 0, .limit = 5});
    w.timeline(me, room, {.before = 0, .after = seq - 1, .around = 0, .limit = 5});
    w.timeline(me, room, {.before = 0, .after = {}, .around = seq, .limit = 5});
    w.get(rooms.newest_page(room, 50));
    w.get(rooms.newest_page(room, 101));
    w.get(rooms.own_reactions(me, room, seq));
    w.get(rooms.message(me, room, seq));
    w.get(rooms.events(room, seq - 1, 10));
    w.get(rooms.log_seen_by(me, room, seq - 1, 10));
    w.get(rooms.log_seen_by(me, room, seq - 1, 101));
}

void use_everything(world& w, const std::string& ending) {
    const everybody all{w, ending};
    use_accounts(w, all, ending);
    use_contacts(w, all);

    auto& log = w.log();
    const auto direct = w.direct(all.sora, all.jun);
    const auto group = w.create(domain::room_kind::group, all.sora, {all.jun}, "key").room;
    w.create(domain::room_kind::group, all.sora, {all.jun}, "key");
    w.join(group, all.sora, all.mina);
    use_room(w, group, all.sora, all.jun, ending);
    w.get(log.rename(group, all.sora, "name"));
    w.get(log.set_role(group, all.sora, all.jun, domain::member_role::admin));
    w.get(log.remove_member(group, all.sora, all.mina));

    w.say(direct, all.sora, "text");
    w.get(log.remove_member(direct, all.sora, all.sora));
    w.create(domain::room_kind::direct, all.sora, {all.jun});
    w.get(log.remove_member(direct, all.sora, all.sora));
    w.say(direct, all.jun, "come back");

    w.get(w.rooms().epoch());
    w.get(w.accounts().erase_user(all.sora));
    w.get(w.contacts().unfriend(all.jun, all.mina));
}

}  // namespace madang::test

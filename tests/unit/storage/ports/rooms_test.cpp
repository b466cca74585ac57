#include "world.hpp"

#include <map>
#include <set>
#include <tuple>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using namespace std::chrono_literals;

namespace {

std::vector<room_id> ids(const std::vector<room_view>& views) {
    std::vector<room_id> found;
    for (const auto& v : views) found.push_back(v.id);
    return found;
}

}  // namespace

TEST_CASE("creating a group writes the first join, makes the creator its owner, and founders see all") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    w.befriend(sora, jun);
    auto wanted = world::room_of(room_kind::group, sora, {jun});
    wanted.name = "점심";
    const auto made = w.get(w.log().create_room(wanted));
    REQUIRE_FALSE(made.existed);
    const auto told = w.commits.last();
    REQUIRE(told.joined == std::vector{sora, jun});
    REQUIRE(told.event->seq == 1);
    REQUIRE(told.event->author == sora);
    REQUIRE(body_of<members_joined>(w.events(made.room).front()).users == std::vector{sora, jun});

    const auto view = w.get(w.rooms().room_of(jun, made.room));
    REQUIRE(view.kind == room_kind::group);
    REQUIRE(view.name == "점심");
    REQUIRE(view.member_count == 2);
    REQUIRE(ids(view.members) == std::vector{sora, jun});
    REQUIRE(view.members[0].role == member_role::owner);
    REQUIRE(view.role == member_role::member);
    REQUIRE(view.last_seq == 1);
    REQUIRE(view.last_ordinal == 0);
    REQUIRE_FALSE(view.last_message);
    REQUIRE(view.created_at == w.clock.now());
    REQUIRE(w.get(w.rooms().seat_of(jun, made.room)).visible_from == 0);
}

TEST_CASE("a group needs friends, people who exist, and rooms that are not full") {
    world w{EACH_STORE, {.members = 3, .rooms = 2}};
    const auto sora = w.person("sora");
    std::vector<user_id> friends;
    for (const auto* name : {"ann", "bea", "cho"}) {
        friends.push_back(w.person(name));
        w.befriend(sora, friends.back());
    }
    const auto stranger = w.person("stranger");
    const auto gone = w.person("gone");
    w.get(w.accounts().erase_user(gone));
    const auto create = [&](std::vector<user_id> others) {
        return w.log().create_room(world::room_of(room_kind::group, sora, std::move(others)));
    };
    REQUIRE(w.refused(create({stranger})) == errc::not_friends);
    REQUIRE(w.refused(create({gone})) == errc::not_found);
    REQUIRE(w.refused(create({stranger, user_id{999}})) == errc::not_found);
    REQUIRE(w.refused(create(friends)) == errc::conflict);
    REQUIRE(w.get(w.rooms().rooms_of(sora, {}, 10)).empty());

    w.get(create({friends[0]}));
    w.get(create({friends[0]}));
    REQUIRE(w.refused(create({})) == errc::conflict);  // sora is in two rooms
    w.befriend(friends[0], friends[1]);
    REQUIRE(w.refused(w.log().create_room(world::room_of(room_kind::group, friends[1], {friends[0]}))) == errc::conflict);
}

TEST_CASE("an Idempotency-Key answers with the room that it made") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto made = w.create(room_kind::group, sora, {}, "k");
    const auto again = w.create(room_kind::group, sora, {}, "k");
    REQUIRE(again.existed);
    REQUIRE(again.room == made.room);
    REQUIRE_FALSE(w.create(room_kind::group, jun, {}, "k").existed);
    REQUIRE(w.create(room_kind::group, sora, {}).room != w.create(room_kind::group, sora, {}).room);
}

TEST_CASE("there is one direct room for two people, whoever asks, and it survives the friendship") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    REQUIRE(w.refused(w.log().create_room(world::room_of(room_kind::direct, sora, {jun}))) == errc::not_friends);
    const auto room = w.direct(sora, jun);
    REQUIRE(w.create(room_kind::direct, jun, {sora}).existed);
    w.get(w.contacts().unfriend(sora, jun));
    REQUIRE(w.create(room_kind::direct, jun, {sora}).room == room);
    const auto view = w.get(w.rooms().room_of(jun, room));
    REQUIRE(view.members.size() == 2);
    REQUIRE(view.role == member_role::member);
    w.get(w.contacts().block(sora, w.person("mina")));
    REQUIRE(w.refused(w.log().create_room(world::room_of(room_kind::direct, user_id{3}, {sora}))) == errc::blocked);
}

TEST_CASE("a direct room with oneself is the note to self") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto note = w.create(room_kind::direct, sora, {});
    REQUIRE(w.create(room_kind::direct, sora, {}).room == note.room);
    const auto said = w.say(note.room, sora, "milk");
    REQUIRE(w.get(w.rooms().member_count(note.room)) == 1);
    REQUIRE(w.get(w.rooms().message(sora, note.room, said.seq)).unread_by == 0);
    w.get(w.log().remove_member(note.room, sora, sora));
    REQUIRE(w.refused(w.rooms().room_of(sora, note.room)) == errc::not_a_member);
    REQUIRE(w.create(room_kind::direct, sora, {}).existed);
    REQUIRE(w.timeline(sora, note.room).items.empty());
}

TEST_CASE("heads say where rooms stand, and nothing of rooms that do not exist") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto quiet = w.group(sora, {});
    const auto busy = w.group(sora, {});
    const auto seq = w.say(busy, sora, "hello").seq;
    std::map<room_id, seq_t> stands;
    for (const auto& head : w.get(w.rooms().heads({busy, room_id{999'999}, quiet}))) stands[head.room] = head.last_seq;
    REQUIRE(stands == std::map<room_id, seq_t>{{quiet, 1}, {busy, seq}});
    REQUIRE(w.get(w.rooms().heads({})).empty());
}

TEST_CASE("who has taken a seat lately is found, with where the room stands, and nobody else is") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto old = w.group(sora, {jun});
    w.clock.advance(1h);
    const auto since = w.clock.now();
    const auto room = w.group(sora, {});
    w.join(room, sora, jun);
    const auto left = w.group(jun, {sora});
    w.get(w.log().remove_member(left, sora, sora));
    using seats = std::set<std::tuple<user_id, room_id, seq_t, seq_t>>;
    seats taken;
    for (const auto& one : w.get(w.rooms().seats_taken({jun, sora}, since)))
        taken.emplace(one.user, one.where.room, one.where.visible_from, one.where.last_seq);
    REQUIRE(taken == seats{{sora, room, 0, 2}, {jun, room, 1, 2}, {jun, left, 0, 2}});
    REQUIRE(w.get(w.rooms().seats_taken({sora}, since)).size() == 1);
    REQUIRE(w.get(w.rooms().seats_taken({jun}, w.clock.now() + 1ms)).empty());
    REQUIRE(old.value > 0);
}

TEST_CASE("a direct room that was left is hidden with its history, and the next message brings it back") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.direct(sora, jun);
    w.say(room, sora, "old");
    REQUIRE(w.get(w.log().remove_member(room, jun, jun)));
    const auto told = w.commits.last();
    REQUIRE(told.event == nullptr);
    REQUIRE(told.left == std::vector{jun});
    REQUIRE(w.refused(w.rooms().seat_of(jun, room)) == errc::not_a_member);
    REQUIRE(w.refused(w.rooms().timeline(jun, room, {})) == errc::not_a_member);
    REQUIRE(w.refused(w.log().post(w.message(room, jun, "x"))) == errc::not_a_member);
    REQUIRE(w.get(w.rooms().rooms_of(jun, {}, 10)).empty());
    REQUIRE(w.get(w.rooms().seats_of(jun)).empty());
    REQUIRE(w.get(w.rooms().member_ids(room)).size() == 2);
    REQUIRE(w.get(w.rooms().room_of(sora, room)).members.size() == 2);

    const auto said = w.say(room, sora, "new");
    REQUIRE(said.seq == 3);
    REQUIRE(w.commits.last().joined == std::vector{jun});
    REQUIRE(texts(w.timeline(jun, room)) == std::vector<std::string>{"new"});
    const auto view = w.get(w.rooms().room_of(jun, room));
    REQUIRE(view.last_ordinal - view.read_ordinal == 1);
    REQUIRE(texts(w.timeline(sora, room)).size() == 2);
}

TEST_CASE("who left a direct room and asks for it again sees it, empty") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.direct(sora, jun);
    w.say(room, sora, "old");
    w.get(w.log().remove_member(room, jun, jun));
    const auto again = w.create(room_kind::direct, jun, {sora});
    REQUIRE(again.existed);
    REQUIRE(w.commits.last().event == nullptr);
    REQUIRE(w.commits.last().joined == std::vector{jun});
    const auto view = w.get(w.rooms().room_of(jun, room));
    REQUIRE_FALSE(view.last_message);
    REQUIRE(w.timeline(jun, room).items.empty());
    w.say(room, jun, "I am back");
}

TEST_CASE("my rooms come newest message first, in pages, whatever else happens in them") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    std::vector<room_id> made;
    for (int i = 0; i < 4; ++i) {
        made.push_back(w.create(room_kind::group, sora, {}).room);
        w.clock.advance(std::chrono::seconds{1});
    }
    const auto seq = w.say(made[1], sora, "newest").seq;
    w.clock.advance(std::chrono::seconds{1});
    w.get(w.log().rename(made[0], sora, "renamed"));
    REQUIRE(ids(w.get(w.rooms().rooms_of(sora, {}, 10))) == std::vector{made[1], made[3], made[2], made[0]});
    const auto page = w.get(w.rooms().rooms_of(sora, {}, 2));
    REQUIRE(ids(page) == std::vector{made[1], made[3]});
    REQUIRE(page[0].last_message->seq == seq);
    REQUIRE(ids(w.get(w.rooms().rooms_of(sora, room_cursor{page[1].last_at, page[1].id}, 2))) == std::vector{made[2], made[0]});
    REQUIRE(w.get(w.rooms().rooms_of(sora, room_cursor{w.get(w.rooms().room_of(sora, made[0])).last_at, made[0]}, 2)).empty());
}

TEST_CASE("rooms of one moment are listed once each, by id") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    std::vector<room_id> made;
    for (int i = 0; i < 5; ++i) made.push_back(w.create(room_kind::group, sora, {}).room);
    std::vector<room_id> listed;
    std::optional<room_cursor> after;
    for (auto page = w.get(w.rooms().rooms_of(sora, after, 2)); !page.empty(); page = w.get(w.rooms().rooms_of(sora, after, 2))) {
        for (const auto& view : page) listed.push_back(view.id);
        after = room_cursor{page.back().last_at, page.back().id};
    }
    REQUIRE(listed == std::vector<room_id>(made.rbegin(), made.rend()));
}

TEST_CASE("mute is one's own") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.direct(sora, jun);
    w.get(w.log().set_muted(room, sora, true));
    REQUIRE(w.get(w.rooms().room_of(sora, room)).muted);
    REQUIRE_FALSE(w.get(w.rooms().room_of(jun, room)).muted);
    w.get(w.log().set_muted(room, sora, false));
    REQUIRE_FALSE(w.get(w.rooms().room_of(sora, room)).muted);
}

TEST_CASE("the epoch is twelve letters and digits, and stays") {
    world w{EACH_STORE};
    const auto epoch = w.get(w.rooms().epoch());
    REQUIRE(epoch.size() == 12);
    REQUIRE(epoch.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos);
    REQUIRE(w.get(w.rooms().epoch()) == epoch);
}

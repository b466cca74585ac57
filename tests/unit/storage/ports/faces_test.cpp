// Rooms, places in them and people, apart: put together they are what rooms_of() lists.
#include "shown.hpp"
#include "world.hpp"

#include <algorithm>
#include <map>
#include <tuple>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t all_rooms = 1000;

std::vector<room_id> rooms_in(const std::vector<place>& places) {
    std::vector<room_id> found;
    for (const auto& p : places) found.push_back(p.room);
    return found;
}

std::vector<user_id> people_in(const std::vector<room_face>& faces) {
    std::vector<user_id> found;
    for (const auto& face : faces)
        for (const auto& m : face.members) found.push_back(m.user);
    return found;
}

room_face face_of(world& w, room_id room) {
    const auto found = w.get(w.rooms().faces({room}));
    REQUIRE(found.size() == 1);
    return found.front();
}

room_view view_of(const room_face& face, const place& mine, const std::map<user_id, user>& people) {
    room_view view;
    view.id = face.id;
    view.kind = face.kind;
    view.name = face.name;
    for (const auto& m : face.members) view.members.push_back({people.at(m.user), m.role, m.joined_at, m.read_ordinal});
    view.member_count = face.member_count;
    view.last_seq = face.last_seq;
    view.last_ordinal = face.last_ordinal;
    view.created_at = face.created_at;
    view.last_at = face.last_at;
    if (face.last_message && face.last_message->seq > mine.visible_from) view.last_message = face.last_message;
    view.role = mine.role;
    view.read_ordinal = mine.read_ordinal;
    view.muted = mine.muted;
    return view;
}

// What rooms_of() would list, from the parts.
std::vector<room_view> put_together(world& w, user_id me) {
    std::map<room_id, place> places;
    const auto mine = w.get(w.rooms().places_of(me, all_rooms));
    for (const auto& p : mine) places.emplace(p.room, p);
    const auto faces = w.get(w.rooms().faces(rooms_in(mine)));
    std::map<user_id, user> people;
    for (const auto& u : w.get(w.accounts().find_users(people_in(faces)))) people.emplace(u.id, u);
    std::vector<room_view> views;
    for (const auto& face : faces) views.push_back(view_of(face, places.at(face.id), people));
    std::ranges::sort(views, std::ranges::greater{}, [](const room_view& v) { return std::tuple{v.last_at, v.id}; });
    return views;
}

// Rooms of every kind and state, a second apart.
struct village {
    explicit village(world& world_) : w(world_) {
        groups();
        directs();
    }

    world& w;
    user_id sora = w.person("sora");
    user_id jun = w.person("jun");
    user_id mina = w.person("mina");
    user_id gone = w.person("gone");
    std::vector<user_id> crowd = {};
    room_id silent = {}, hidden = {};

    [[nodiscard]] std::vector<user_id> everybody() const {
        auto all = crowd;
        all.insert(all.end(), {sora, jun, mina, gone});
        return all;
    }

private:
    void later() { w.clock.advance(1s); }

    void groups() {
        silent = w.group(sora, {jun});
        later();
        // More than are shown, some of one moment, and one who came last and sees no message; with marks and roles.
        const auto large = w.group(sora, {jun, gone});
        later();
        for (const auto* name : {"f", "e", "d", "c", "b"}) {
            crowd.push_back(w.person(name));
            w.join(large, sora, crowd.back());
        }
        w.get(w.log().set_role(large, sora, jun, member_role::admin));
        const auto read = w.say(large, jun, "text");
        const auto said = w.say(large, sora, "txet", "key", read.seq);
        w.get(w.log().mark_read(large, jun, 1));
        w.get(w.log().set_muted(large, jun, true));
        later();
        w.get(w.log().edit(large, said.seq, sora, "text"));
        w.get(w.log().react(large, said.seq, jun, "👍", true));
        w.join(large, sora, mina);
        w.get(w.log().rename(large, sora, "마당"));
        later();
        const auto deleted = w.group(jun, {sora, mina});
        w.get(w.log().erase(deleted, w.say(deleted, mina, "never mind").seq, mina));
        later();
    }

    void directs() {
        w.say(w.direct(jun, sora), sora, "hello");
        later();
        hidden = w.direct(mina, sora);
        w.say(hidden, mina, "are you there?");
        w.get(w.log().remove_member(hidden, sora, sora));
        const auto back = w.direct(jun, mina);
        w.say(back, jun, "old");
        w.get(w.log().remove_member(back, mina, mina));
        w.create(room_kind::direct, mina, {jun});
        later();
        w.say(w.direct(sora, gone), sora, "bye");
        w.get(w.accounts().erase_user(gone));
        w.say(w.create(room_kind::direct, mina, {}).room, mina, "milk");
    }
};

}  // namespace

TEST_CASE("faces, places and people put together are what rooms_of lists, whoever looks") {
    world w{EACH_STORE};
    const village v{w};
    std::size_t compared = 0;
    for (const auto who : v.everybody()) {
        const auto listed = w.get(w.rooms().rooms_of(who, {}, all_rooms));
        REQUIRE(shown(put_together(w, who)) == shown(listed));
        compared += listed.size();
    }
    REQUIRE(compared == 21);
}

TEST_CASE("a face shows the first five members, who has hidden a direct room too, and the newest message to everybody") {
    world w{EACH_STORE};
    const village v{w};
    const auto hidden = face_of(w, v.hidden);
    REQUIRE(hidden.kind == room_kind::direct);
    REQUIRE(hidden.members.size() == 2);
    REQUIRE(hidden.members[0].user == v.sora);
    REQUIRE(hidden.members[1].user == v.mina);
    REQUIRE(body_of<message_posted>(*hidden.last_message).text == "are you there?");

    const auto silent = face_of(w, v.silent);
    REQUIRE(silent.members[0].role == member_role::owner);
    REQUIRE_FALSE(silent.last_message);

    const auto large = w.get(w.rooms().rooms_of(v.mina, {}, all_rooms));
    const auto at = std::ranges::find(large, "마당", &room_view::name);
    REQUIRE_FALSE(at->last_message);
    const auto face = face_of(w, at->id);
    REQUIRE(face.members.size() == 5);
    REQUIRE(face.member_count == 8);
    REQUIRE(body_of<message_posted>(*face.last_message).text == "text");
    REQUIRE(body_of<message_posted>(*face.last_message).edited_at);
}

TEST_CASE("a room that everybody has left has a face, with its last message and nobody in it") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto room = w.group(sora, {});
    const auto said = w.say(room, sora, "echo");
    w.get(w.log().remove_member(room, sora, sora));
    const auto face = face_of(w, room);
    REQUIRE(face.members.empty());
    REQUIRE(face.member_count == 0);
    REQUIRE(face.last_message->seq == said.seq);
    REQUIRE(face.last_seq == said.seq + 1);
}

TEST_CASE("places are where one has a seat that is not hidden, by room, and no more than asked for") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto mina = w.person("mina");
    const auto left = w.group(sora, {jun});
    const auto first = w.group(sora, {jun});
    const auto hidden = w.direct(sora, jun);
    w.say(first, sora, "before");
    w.join(first, sora, mina);
    w.say(first, sora, "after");
    const auto second = w.group(mina, {jun});
    w.get(w.log().set_muted(second, jun, true));
    w.get(w.log().mark_read(first, jun, 2));
    w.get(w.log().remove_member(left, jun, jun));
    w.get(w.log().remove_member(hidden, jun, jun));

    const auto places = w.get(w.rooms().places_of(jun, 10));
    REQUIRE(rooms_in(places) == std::vector{first, second});
    REQUIRE(places[0].visible_from == 0);
    REQUIRE(places[0].read_ordinal == 2);
    REQUIRE_FALSE(places[0].muted);
    REQUIRE(places[1].muted);
    REQUIRE(places[1].role == member_role::member);
    REQUIRE(rooms_in(w.get(w.rooms().places_of(jun, 1))) == std::vector{first});
    REQUIRE(w.get(w.rooms().places_of(jun, 0)).empty());
    REQUIRE(w.get(w.rooms().places_of(user_id{999}, 10)).empty());

    const auto late = w.get(w.rooms().places_of(mina, 10));
    REQUIRE(late[0].visible_from == 2);
    REQUIRE(late[0].read_ordinal == 1);
    REQUIRE(late[1].role == member_role::owner);
    w.say(hidden, sora, "come back");
    const auto again = w.get(w.rooms().places_of(jun, 10));
    REQUIRE(rooms_in(again) == std::vector{first, hidden, second});
    REQUIRE(again[1].visible_from == w.get(w.rooms().seat_of(jun, hidden)).visible_from);
}

TEST_CASE("rooms that do not exist have no face, and one that is named twice is shown") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto one = w.group(sora, {w.person("jun")});
    const auto other = w.group(sora, {});
    REQUIRE(w.get(w.rooms().faces({room_id{999'999}})).empty());
    std::map<room_id, std::size_t> members;
    for (const auto& face : w.get(w.rooms().faces({other, room_id{999'999}, one, other}))) members[face.id] = face.members.size();
    REQUIRE(members == std::map<room_id, std::size_t>{{one, 2}, {other, 1}});
}

TEST_CASE("a thousand rooms at once, in any order, each with its own members and message") {
    world w{EACH_STORE, {.members = 1000, .rooms = all_rooms}};
    const auto sora = w.person("sora");
    std::vector<room_id> made;
    while (made.size() < all_rooms) {
        // Not all of them wait at once: one that waits for too long is refused.
        std::vector<std::future<result<room_log::created>>> making;
        for (std::size_t i = 0; i < all_rooms / 20; ++i)
            making.push_back(w.io().start(w.log().create_room(world::room_of(room_kind::group, sora, {}))));
        for (auto& one : making) {
            const auto answer = one.get();
            REQUIRE(answer.has_value());
            made.push_back(answer->room);
        }
    }
    std::map<room_id, seq_t> said;
    for (std::size_t i = 0; i < made.size(); i += 100) said[made[i]] = w.say(made[i], sora, "text").seq;
    std::ranges::reverse(made);
    const auto faces = w.get(w.rooms().faces(made));
    REQUIRE(faces.size() == all_rooms);
    std::map<room_id, seq_t> found;
    for (const auto& face : faces) {
        REQUIRE(face.members.size() == 1);
        REQUIRE(face.members.front().user == sora);
        if (face.last_message) found[face.id] = face.last_message->seq;
    }
    REQUIRE(found == said);
    std::ranges::sort(made);
    REQUIRE(rooms_in(w.get(w.rooms().places_of(sora, all_rooms))) == made);
    made.resize(10);
    REQUIRE(rooms_in(w.get(w.rooms().places_of(sora, 10))) == made);
}

TEST_CASE("an empty list asks nothing of the database") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto room = w.group(sora, {});
    w.store().stop();
    REQUIRE(w.refused(w.rooms().faces({room})) == errc::unavailable);
    REQUIRE(w.refused(w.accounts().find_users({sora})) == errc::unavailable);
    REQUIRE(w.get(w.rooms().faces({})).empty());
    REQUIRE(w.get(w.accounts().find_users({})).empty());
}

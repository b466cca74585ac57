#include "world.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using list = std::vector<std::string>;

namespace {

member_role role_of(world& w, room_id room, user_id who) { return w.get(w.rooms().member_of(room, who)).role; }

}  // namespace

TEST_CASE("who joins a group sees from the joining on, and has nothing unread") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.group(sora, {});
    w.say(room, sora, "before");
    w.befriend(sora, jun);
    REQUIRE(w.get(w.log().add_members(room, sora, {jun, sora, jun})) == std::vector{jun});
    const auto told = w.commits.last();
    REQUIRE(told.joined == std::vector{jun});
    REQUIRE(body_of<members_joined>(*told.event).users == std::vector{jun});
    w.say(room, sora, "after");

    const auto page = w.timeline(jun, room);
    REQUIRE(page.items.size() == 2);
    REQUIRE(page.items[0].event.kind() == event_kind::join);
    REQUIRE(texts(page) == list{"after"});
    REQUIRE(w.get(w.rooms().seat_of(jun, room)).visible_from == 2);
    REQUIRE(w.refused(w.rooms().message(jun, room, 2)) == errc::not_found);
    const auto view = w.get(w.rooms().room_of(jun, room));
    REQUIRE(view.last_ordinal - view.read_ordinal == 1);
}

TEST_CASE("adding who is there already changes nothing") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.group(sora, {jun});
    REQUIRE(w.get(w.log().add_members(room, jun, {sora})).empty());
    REQUIRE(w.events(room).size() == 1);
}

TEST_CASE("any member invites friends of their own, while there is room") {
    world w{EACH_STORE, {.members = 3, .rooms = 10}};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto mina = w.person("mina");
    const auto tae = w.person("tae");
    const auto room = w.group(sora, {jun});
    REQUIRE(w.refused(w.log().add_members(room, jun, {mina})) == errc::not_friends);
    REQUIRE(w.refused(w.log().add_members(room, jun, {user_id{99}})) == errc::not_found);
    w.befriend(jun, mina);
    w.befriend(jun, tae);
    REQUIRE(w.refused(w.log().add_members(room, jun, {mina, tae})) == errc::conflict);
    w.get(w.log().add_members(room, jun, {mina}));
    REQUIRE(w.get(w.rooms().member_count(room)) == 3);
    REQUIRE(w.refused(w.log().add_members(w.direct(sora, jun), jun, {mina})) == errc::conflict);
}

TEST_CASE("members are listed by joining, in pages") {
    world w{EACH_STORE};
    const auto late = w.person("late");
    const auto sora = w.person("sora");
    const auto room = w.group(sora, {});
    std::vector<user_id> order{sora};
    for (const auto* name : {"a", "b", "c", "d", "e"}) {
        w.clock.advance(std::chrono::seconds{1});
        order.push_back(w.person(name));
        w.join(room, sora, order.back());
    }
    w.clock.advance(std::chrono::seconds{1});
    w.join(room, sora, late);
    order.push_back(late);
    REQUIRE(ids(w.get(w.rooms().members(room, {}, 10))) == order);
    REQUIRE(ids(w.get(w.rooms().members(room, order[1], 2))) == std::vector{order[2], order[3]});
    REQUIRE(w.get(w.rooms().members(room, late, 2)).empty());
    REQUIRE(ids(w.get(w.rooms().room_of(sora, room)).members) == std::vector(order.begin(), order.begin() + 5));
    REQUIRE(w.get(w.rooms().room_of(sora, room)).member_count == 7);
    REQUIRE(w.get(w.rooms().member_ids(room)).size() == 7);

    w.get(w.log().remove_member(room, order[1], order[1]));
    REQUIRE(w.refused(w.rooms().members(room, order[1], 2)) == errc::invalid_request);
    REQUIRE(w.refused(w.rooms().member_of(room, order[1])) == errc::not_found);
}

TEST_CASE("the leave is the last that a removed member is told, and reading ends with it") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto mina = w.person("mina");
    const auto room = w.group(sora, {jun, mina});
    REQUIRE(w.refused(w.log().remove_member(room, jun, mina)) == errc::forbidden);
    REQUIRE(w.get(w.log().remove_member(room, sora, jun)));
    const auto told = w.commits.last();
    REQUIRE(told.left == std::vector{jun});
    REQUIRE(told.event->author == sora);
    REQUIRE(body_of<member_left>(*told.event).user == jun);
    REQUIRE_FALSE(w.get(w.log().remove_member(room, sora, jun)));
    REQUIRE(w.refused(w.rooms().timeline(jun, room, {})) == errc::not_a_member);
    REQUIRE(w.get(w.rooms().member_count(room)) == 2);
    REQUIRE(w.get(w.rooms().rooms_of(jun, {}, 10)).empty());

    // Who comes back sees from there on.
    w.join(room, sora, jun);
    REQUIRE(w.timeline(jun, room).items.size() == 1);
}

TEST_CASE("an admin removes plain members alone") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto mina = w.person("mina");
    const auto room = w.group(sora, {jun, mina});
    w.get(w.log().set_role(room, sora, jun, member_role::admin));
    REQUIRE(w.refused(w.log().remove_member(room, jun, sora)) == errc::forbidden);
    REQUIRE(w.get(w.log().remove_member(room, jun, mina)));
    REQUIRE(w.refused(w.log().remove_member(w.direct(sora, jun), sora, jun)) == errc::conflict);
}

TEST_CASE("an owner who leaves is followed by the longest-standing admin, else member") {
    world w{EACH_STORE};
    const auto young_admin = w.person("young-admin");
    const auto sora = w.person("sora");
    const auto second = w.person("second");
    const auto first = w.person("first");
    const auto admin = w.person("admin");
    const auto room = w.group(sora, {});
    // Within one tick of the clock: the log knows the order.
    for (const auto who : {first, second, admin, young_admin}) w.join(room, sora, who);
    w.get(w.log().set_role(room, sora, admin, member_role::admin));
    w.get(w.log().set_role(room, sora, young_admin, member_role::admin));
    w.get(w.log().remove_member(room, sora, sora));
    const auto log = w.events(room);
    REQUIRE(body_of<member_left>(log[log.size() - 2]).user == sora);
    REQUIRE(body_of<role_changed>(log.back()).user == admin);
    REQUIRE(role_of(w, room, admin) == member_role::owner);

    w.get(w.log().remove_member(room, young_admin, young_admin));
    w.get(w.log().remove_member(room, admin, admin));
    REQUIRE(role_of(w, room, first) == member_role::owner);
    w.get(w.log().remove_member(room, first, first));
    REQUIRE(role_of(w, room, second) == member_role::owner);
    w.get(w.log().remove_member(room, second, second));
    REQUIRE(w.get(w.rooms().member_count(room)) == 0);
    REQUIRE(w.events(room).back().kind() == event_kind::leave);
}

TEST_CASE("the owner alone gives roles, and gives the room away by making another the owner") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.group(sora, {jun});
    REQUIRE(w.refused(w.log().set_role(room, jun, jun, member_role::owner)) == errc::forbidden);
    REQUIRE(w.refused(w.log().set_role(room, sora, user_id{99}, member_role::admin)) == errc::not_found);
    REQUIRE(w.refused(w.log().set_role(room, sora, sora, member_role::member)) == errc::conflict);
    REQUIRE(w.refused(w.log().set_role(w.direct(sora, jun), sora, jun, member_role::admin)) == errc::conflict);
    w.get(w.log().set_role(room, sora, jun, member_role::member));  // so already
    REQUIRE(w.events(room).size() == 1);

    w.get(w.log().set_role(room, sora, jun, member_role::owner));
    REQUIRE(w.events(room).size() == 3);
    REQUIRE(role_of(w, room, sora) == member_role::admin);
    REQUIRE(role_of(w, room, jun) == member_role::owner);
    REQUIRE(w.refused(w.log().set_role(room, sora, jun, member_role::member)) == errc::forbidden);
}

TEST_CASE("owner and admins rename, members do not, and the same name takes no seq") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.group(sora, {jun});
    REQUIRE(w.refused(w.log().rename(room, jun, "x")) == errc::forbidden);
    w.get(w.log().rename(room, sora, "점심"));
    w.get(w.log().rename(room, sora, "점심"));
    REQUIRE(w.events(room).size() == 2);
    REQUIRE(body_of<room_renamed>(w.events(room).back()).name == "점심");
    REQUIRE(w.get(w.rooms().room_of(jun, room)).name == "점심");
    REQUIRE(w.refused(w.log().rename(w.direct(sora, jun), sora, "x")) == errc::conflict);
}

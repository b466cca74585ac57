#include "world.hpp"

using namespace madang;
using namespace madang::test;
using befriended = domain::contact_store::befriended;

namespace {

std::vector<user_id> ids(const std::vector<domain::contact>& page) {
    std::vector<user_id> found;
    for (const auto& c : page) found.push_back(c.who.id);
    return found;
}

}  // namespace

TEST_CASE("a request is asked once, seen by both, and accepted") {
    world w{EACH_STORE};
    const auto a = w.person("ann");
    const auto b = w.person("bea");
    const auto asked = w.get(w.contacts().befriend(a, b, 10));
    REQUIRE(asked.what == befriended::requested);
    REQUIRE(asked.other.who.username == "bea");
    REQUIRE_FALSE(asked.other.incoming);
    w.clock.advance(std::chrono::seconds{1});
    const auto again = w.get(w.contacts().befriend(a, b, 10));
    REQUIRE(again.what == befriended::still_requested);
    REQUIRE(again.other.since == asked.other.since);
    REQUIRE(w.get(w.contacts().requests(b, {}, 10)).front().incoming);
    REQUIRE_FALSE(w.get(w.contacts().requests(a, {}, 10)).front().incoming);

    REQUIRE(w.refused(w.contacts().accept(a, b, 10)) == errc::not_found);
    REQUIRE(w.get(w.contacts().accept(b, a, 10)).who.id == a);
    REQUIRE(ids(w.get(w.contacts().friends(a, {}, 10))) == std::vector{b});
    REQUIRE(ids(w.get(w.contacts().friends(b, {}, 10))) == std::vector{a});
    REQUIRE(w.get(w.contacts().requests(b, {}, 10)).empty());
    REQUIRE(w.refused(w.contacts().befriend(a, b, 10)) == errc::already_friends);
}

TEST_CASE("who asks somebody that has asked becomes a friend") {
    world w{EACH_STORE};
    const auto a = w.person("ann");
    const auto b = w.person("bea");
    w.get(w.contacts().befriend(a, b, 10));
    REQUIRE(w.get(w.contacts().befriend(b, a, 10)).what == befriended::friends);
    REQUIRE(ids(w.get(w.contacts().friends(a, {}, 10))) == std::vector{b});
}

TEST_CASE("a request is declined or withdrawn, and a friendship ends for both") {
    world w{EACH_STORE};
    const auto a = w.person("ann");
    const auto b = w.person("bea");
    REQUIRE(w.refused(w.contacts().decline(b, a)) == errc::not_found);
    w.get(w.contacts().befriend(a, b, 10));
    w.get(w.contacts().decline(b, a));
    w.get(w.contacts().befriend(a, b, 10));
    w.get(w.contacts().decline(a, b));
    REQUIRE(w.get(w.contacts().requests(b, {}, 10)).empty());
    REQUIRE_FALSE(w.get(w.contacts().unfriend(a, b)));
    w.befriend(a, b);
    REQUIRE(w.refused(w.contacts().decline(a, b)) == errc::not_found);
    REQUIRE(w.get(w.contacts().unfriend(b, a)));
    REQUIRE(w.get(w.contacts().friends(a, {}, 10)).empty());
    REQUIRE_FALSE(w.get(w.contacts().unfriend(b, a)));
}

TEST_CASE("nobody, oneself and the deleted cannot be befriended") {
    world w{EACH_STORE};
    const auto a = w.person("ann");
    const auto gone = w.person("gone");
    w.get(w.accounts().erase_user(gone));
    REQUIRE(w.refused(w.contacts().befriend(a, a, 10)) == errc::cannot_befriend_yourself);
    REQUIRE(w.refused(w.contacts().befriend(a, gone, 10)) == errc::not_found);
    REQUIRE(w.refused(w.contacts().befriend(a, user_id{999}, 10)) == errc::not_found);
    REQUIRE(w.refused(w.contacts().block(a, gone)) == errc::not_found);
    REQUIRE(w.refused(w.contacts().block(a, user_id{999})) == errc::not_found);
}

TEST_CASE("a block ends what was between two people and refuses requests either way") {
    world w{EACH_STORE};
    const auto a = w.person("ann");
    const auto b = w.person("bea");
    const auto c = w.person("cho");
    w.befriend(a, b);
    REQUIRE(w.get(w.contacts().block(a, b)));
    REQUIRE_FALSE(w.get(w.contacts().block(a, b)));
    REQUIRE_FALSE(w.get(w.contacts().block(a, c)));
    REQUIRE(w.get(w.contacts().friends(b, {}, 10)).empty());
    REQUIRE(w.refused(w.contacts().befriend(a, b, 10)) == errc::blocked);
    REQUIRE(w.refused(w.contacts().befriend(b, a, 10)) == errc::blocked);
    REQUIRE(ids(w.get(w.contacts().blocks(a, {}, 10))) == std::vector{b, c});
    REQUIRE(ids(w.get(w.contacts().blocks(a, b, 10))) == std::vector{c});
    REQUIRE(w.get(w.contacts().blocks(b, {}, 10)).empty());
    w.get(w.contacts().unblock(a, b));
    w.get(w.contacts().unblock(a, b));
    REQUIRE(w.get(w.contacts().befriend(b, a, 10)).what == befriended::requested);
}

TEST_CASE("a list of friends goes on after the last one") {
    world w{EACH_STORE};
    const auto me = w.person("me");
    std::vector<user_id> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(w.person("friend" + std::to_string(i)));
        w.befriend(me, all.back());
    }
    REQUIRE(ids(w.get(w.contacts().friends(me, {}, 2))) == std::vector{all[0], all[1]});
    REQUIRE(ids(w.get(w.contacts().friends(me, all[1], 2))) == std::vector{all[2], all[3]});
    REQUIRE(ids(w.get(w.contacts().friends(me, all[3], 2))) == std::vector{all[4]});
}

TEST_CASE("neither friends nor open requests grow beyond the limit") {
    world w{EACH_STORE};
    const auto popular = w.person("popular");
    const auto first = w.person("first");
    const auto second = w.person("second");
    const auto third = w.person("third");
    w.get(w.contacts().befriend(first, popular, 1));
    REQUIRE(w.refused(w.contacts().befriend(second, popular, 1)) == errc::conflict);
    w.get(w.contacts().accept(popular, first, 1));
    REQUIRE(w.refused(w.contacts().befriend(second, popular, 1)) == errc::conflict);
    REQUIRE(w.refused(w.contacts().befriend(popular, second, 1)) == errc::conflict);
    w.get(w.contacts().befriend(third, popular, 2));
    REQUIRE(w.refused(w.contacts().accept(popular, third, 1)) == errc::conflict);
    REQUIRE(w.refused(w.contacts().befriend(popular, third, 1)) == errc::conflict);
}

#include "shown.hpp"
#include "world.hpp"

#include <map>

using namespace madang;
using namespace madang::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> names(const std::vector<domain::user>& people) {
    std::vector<std::string> found;
    for (const auto& u : people) found.push_back(u.username);
    return found;
}

using list = std::vector<std::string>;

domain::new_login login_of(user_id who, const timestamp expires) {
    domain::new_login l;
    l.user = who;
    l.expires_at = expires;
    return l;
}

}  // namespace

TEST_CASE("a new person is found by id and by name") {
    world w{EACH_STORE};
    domain::new_user fresh;
    fresh.username = "sora";
    fresh.display_name = "소라";
    fresh.password_hash = "argon";
    fresh.email = "sora@example.org";
    fresh.locale = "en";
    fresh.role = "admin";
    const auto made = w.get(w.accounts().create_user(fresh));
    REQUIRE(made.id);
    REQUIRE(made.created_at == w.clock.now());
    for (const auto& found : {w.get(w.accounts().find_user(made.id)), w.get(w.accounts().find_user_by_name("sora"))}) {
        REQUIRE(found.id == made.id);
        REQUIRE(found.username == "sora");
        REQUIRE(found.display_name == "소라");
        REQUIRE(found.status_message.empty());
        REQUIRE(found.locale == "en");
        REQUIRE(found.role == "admin");
        REQUIRE_FALSE(found.deleted);
        REQUIRE_FALSE(found.disabled);
    }
    REQUIRE(w.get(w.accounts().find_credentials("sora"))->password_hash == "argon");
    REQUIRE(w.get(w.accounts().credentials_of(made.id)).user == made.id);
}

TEST_CASE("a username is given once, and not again after its owner is gone") {
    world w{EACH_STORE};
    const auto first = w.person("sora");
    domain::new_user again;
    again.username = "sora";
    REQUIRE(w.refused(w.accounts().create_user(again)) == errc::username_taken);
    w.get(w.accounts().erase_user(first));
    REQUIRE(w.refused(w.accounts().create_user(again)) == errc::username_taken);
}

TEST_CASE("nobody is not found, and has no credentials") {
    world w{EACH_STORE};
    REQUIRE(w.refused(w.accounts().find_user(user_id{99})) == errc::not_found);
    REQUIRE(w.refused(w.accounts().find_user_by_name("nobody")) == errc::not_found);
    REQUIRE(w.refused(w.accounts().credentials_of(user_id{99})) == errc::not_found);
    REQUIRE_FALSE(w.get(w.accounts().find_credentials("nobody")).has_value());
    REQUIRE(w.refused(w.accounts().update_profile(user_id{99}, {})) == errc::not_found);
    REQUIRE(w.refused(w.accounts().set_role(user_id{99}, "admin")) == errc::not_found);
    REQUIRE(w.refused(w.accounts().set_disabled(user_id{99}, true)) == errc::not_found);
    REQUIRE(w.refused(w.accounts().set_password(user_id{99}, "x", {})) == errc::not_found);
    REQUIRE(w.refused(w.accounts().renew_password_hash(user_id{99}, "x", "y")) == errc::not_found);
    REQUIRE(w.refused(w.accounts().erase_user(user_id{99})) == errc::not_found);
}

TEST_CASE("many are found as one is, deleted people too, and who does not exist is passed over") {
    world w{EACH_STORE};
    std::map<user_id, std::string> expected;
    for (const auto* name : {"sora", "jun", "mina", "gone", "quiet"}) expected[w.person(name)] = {};
    const auto id_of = [&](const char* name) { return w.get(w.accounts().find_user_by_name(name)).id; };
    domain::profile_change change;
    change.display_name = "준";
    change.status_message = "점심";
    change.locale = "en";
    w.get(w.accounts().update_profile(id_of("jun"), change));
    w.get(w.accounts().set_role(id_of("mina"), "admin"));
    w.get(w.accounts().set_disabled(id_of("quiet"), true));
    w.get(w.accounts().erase_user(id_of("gone")));
    for (auto& [id, line] : expected) line = shown(w.get(w.accounts().find_user(id)));

    std::vector<user_id> thousand;
    for (std::int64_t n = 1000; n > 0; --n) thousand.push_back(user_id{n});
    std::map<user_id, std::string> found;
    for (const auto& u : w.get(w.accounts().find_users(thousand))) REQUIRE(found.emplace(u.id, shown(u)).second);
    REQUIRE(found == expected);
    REQUIRE(names(w.get(w.accounts().find_users({user_id{999'999}, expected.begin()->first}))) == list{"sora"});
    REQUIRE(w.get(w.accounts().find_users({user_id{999'999}, user_id{}})).empty());
    REQUIRE(w.get(w.accounts().find_users({})).empty());
}

TEST_CASE("a search finds the exact name by one character and prefixes by two, without deleted people") {
    world w{EACH_STORE};
    for (const auto* name : {"so", "sora", "soyeon", "s", "tae", "so_jin", "so-hee"}) w.person(name);
    w.get(w.accounts().erase_user(w.person("sogone")));
    const auto search = [&](std::string query, std::string after = {}, std::size_t limit = 10) {
        return names(w.get(w.accounts().search_users(query, after, limit)));
    };
    REQUIRE(search("s") == list{"s"});
    REQUIRE(search("so") == list{"so", "so-hee", "so_jin", "sora", "soyeon"});
    REQUIRE(search("so", {}, 2) == list{"so", "so-hee"});
    REQUIRE(search("so", "so-hee", 2) == list{"so_jin", "sora"});
    REQUIRE(search("sor") == list{"sora"});
    REQUIRE(search("x").empty());
    REQUIRE(search("%_").empty());
}

TEST_CASE("the command line lists everybody in pages by id") {
    world w{EACH_STORE};
    const auto a = w.person("ann");
    const auto b = w.person("bea");
    w.person("cho");
    w.get(w.accounts().erase_user(b));
    REQUIRE(names(w.get(w.accounts().list_users({}, 2))) == list{"ann", "bea"});
    REQUIRE(w.get(w.accounts().list_users(a, 1)).front().deleted);
    REQUIRE(names(w.get(w.accounts().list_users(b, 10))) == list{"cho"});
}

TEST_CASE("a profile changes where something was given") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    domain::profile_change change;
    change.status_message = "점심";
    REQUIRE(w.get(w.accounts().update_profile(who, change)).status_message == "점심");
    change = {};
    change.display_name = "Sora";
    change.locale = "en";
    const auto now = w.get(w.accounts().update_profile(who, change));
    REQUIRE(now.display_name == "Sora");
    REQUIRE(now.status_message == "점심");
    REQUIRE(now.locale == "en");
    w.get(w.accounts().set_role(who, "admin"));
    REQUIRE(w.get(w.accounts().find_user(who)).role == "admin");
}

TEST_CASE("a new password ends the other sessions, a renewed hash ends none") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    const auto here = w.get(w.logins().open(login_of(who, w.clock.now() + 1h), 20)).session.id;
    const auto there = w.get(w.logins().open(login_of(who, w.clock.now() + 1h), 20)).session.id;
    w.get(w.accounts().renew_password_hash(who, "hash of sora", "renewed"));
    REQUIRE(w.get(w.accounts().credentials_of(who)).password_hash == "renewed");
    REQUIRE(w.get(w.logins().logins_of(who)).size() == 2);
    REQUIRE(w.get(w.accounts().set_password(who, "other", here)) == std::vector{there});
    REQUIRE(w.get(w.accounts().credentials_of(who)).password_hash == "other");
    REQUIRE(w.get(w.logins().logins_of(who)).front().id == here);
}

TEST_CASE("a new password that comes during a sign-in stays, and the old one opens no session") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    auto proved = login_of(who, w.clock.now() + 1h);
    proved.password_hash = "hash of sora";
    REQUIRE(w.get(w.logins().open(proved, 20)).session.user == who);
    w.get(w.accounts().set_password(who, "other", {}));
    REQUIRE(w.refused(w.logins().open(proved, 20)) == errc::not_found);
    REQUIRE(w.refused(w.accounts().renew_password_hash(who, "hash of sora", "renewed")) == errc::not_found);
    REQUIRE(w.get(w.accounts().credentials_of(who)).password_hash == "other");
}

TEST_CASE("disabling ends all sessions and shows in the credentials; enabling brings none back") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    const auto session = w.get(w.logins().open(login_of(who, w.clock.now() + 1h), 20)).session.id;
    REQUIRE(w.get(w.accounts().set_disabled(who, true)) == std::vector{session});
    REQUIRE(w.get(w.accounts().find_credentials("sora"))->disabled);
    REQUIRE(w.get(w.accounts().find_user(who)).disabled);
    REQUIRE(w.refused(w.logins().open(login_of(who, w.clock.now() + 1h), 20)) == errc::not_found);
    REQUIRE(w.get(w.accounts().set_disabled(who, false)).empty());
    REQUIRE(w.get(w.logins().logins_of(who)).empty());
}

TEST_CASE("a deleted person leaves a tombstone, friends lose a friend, groups a member, and messages stay") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto mina = w.person("mina");
    const auto stranger = w.person("stranger");
    const auto group = w.group(sora, {jun, mina});
    const auto direct = w.direct(sora, jun);
    w.get(w.contacts().befriend(sora, stranger, 10));
    w.get(w.contacts().block(mina, sora));
    w.say(group, sora, "bye");
    const auto session = w.get(w.logins().open(login_of(sora, w.clock.now() + 1h), 20)).session.id;

    const auto done = w.get(w.accounts().erase_user(sora));
    REQUIRE(done.ended == std::vector{session});
    REQUIRE(done.friends == std::vector{jun, stranger});
    const auto tombstone = w.get(w.accounts().find_user(sora));
    REQUIRE(tombstone.deleted);
    REQUIRE(tombstone.display_name.empty());
    REQUIRE(w.refused(w.accounts().find_user_by_name("sora")) == errc::not_found);
    REQUIRE_FALSE(w.get(w.accounts().find_credentials("sora")).has_value());
    REQUIRE(w.get(w.contacts().friends(jun, {}, 10)).empty());
    REQUIRE(w.get(w.contacts().requests(stranger, {}, 10)).empty());
    REQUIRE(w.get(w.contacts().blocks(mina, {}, 10)).empty());
    REQUIRE(w.refused(w.accounts().erase_user(sora)) == errc::not_found);

    // The group goes on under an heir, and hears of it.
    const auto log = w.events(group);
    REQUIRE(body_of<domain::member_left>(log[2]).user == sora);
    REQUIRE(body_of<domain::role_changed>(log[3]).user == jun);
    REQUIRE(body_of<domain::role_changed>(log[3]).role == domain::member_role::owner);
    REQUIRE(w.commits.last().event->seq == log[3].seq);
    REQUIRE(texts(w.timeline(mina, group)) == list{"bye"});

    // The other one may go on talking to the tombstone.
    w.say(direct, jun, "hello?");
    REQUIRE(w.get(w.rooms().room_of(jun, direct)).members.size() == 2);
}

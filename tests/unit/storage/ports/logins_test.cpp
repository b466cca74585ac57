#include "world.hpp"

using namespace madang;
using namespace madang::test;
using namespace std::chrono_literals;
using outcome = domain::login_store::rotation::outcome;

namespace {

constexpr auto grace = 30s;

domain::new_login login_with(const world& w, user_id who, std::string hash) {
    domain::new_login l;
    l.user = who;
    l.refresh_hash = std::move(hash);
    l.device = "Firefox";
    l.address = "192.0.2.1";
    l.expires_at = w.clock.now() + 24h;
    return l;
}

outcome rotate(world& w, const std::string& hash, const std::string& next) {
    return w.get(w.logins().rotate(hash, next, "192.0.2.2", grace, w.clock.now() + 24h)).what;
}

std::vector<session_id> open_ids(world& w, user_id who) {
    std::vector<session_id> ids;
    for (const auto& l : w.get(w.logins().logins_of(who))) ids.push_back(l.id);
    return ids;
}

}  // namespace

TEST_CASE("a session is opened, listed by its last use, and ended once") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    const auto phone = w.get(w.logins().open(login_with(w, who, "a"), 20)).session;
    REQUIRE(phone.device == "Firefox");
    REQUIRE(phone.created_at == w.clock.now());
    w.clock.advance(1s);
    const auto desk = w.get(w.logins().open(login_with(w, who, "b"), 20)).session;
    REQUIRE(open_ids(w, who) == std::vector{desk.id, phone.id});
    w.clock.advance(1s);
    REQUIRE(rotate(w, "a", "a2") == outcome::rotated);
    REQUIRE(open_ids(w, who) == std::vector{phone.id, desk.id});
    REQUIRE(w.get(w.logins().logins_of(who)).front().address == "192.0.2.2");

    REQUIRE_FALSE(w.get(w.logins().end(w.person("other"), desk.id)));
    REQUIRE(w.get(w.logins().end(who, desk.id)));
    REQUIRE_FALSE(w.get(w.logins().end(who, desk.id)));
    REQUIRE(w.get(w.logins().end_all(who)) == std::vector{phone.id});
    REQUIRE(open_ids(w, who).empty());
}

TEST_CASE("one session too many ends the oldest") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    const auto first = w.get(w.logins().open(login_with(w, who, "a"), 2)).session.id;
    const auto second = w.get(w.logins().open(login_with(w, who, "b"), 2));
    REQUIRE(second.ended.empty());
    const auto third = w.get(w.logins().open(login_with(w, who, "c"), 2));
    REQUIRE(third.ended == std::vector{first});
    REQUIRE(rotate(w, "a", "a2") == outcome::unknown);
    REQUIRE(open_ids(w, who).size() == 2);
}

TEST_CASE("sessions that cannot be refreshed do not share a token") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    w.get(w.logins().open(login_with(w, who, ""), 20));
    w.get(w.logins().open(login_with(w, who, ""), 20));
    REQUIRE(rotate(w, "", "x") == outcome::unknown);
}

TEST_CASE("a refresh token is exchanged for its successor") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    const auto session = w.get(w.logins().open(login_with(w, who, "g0"), 20)).session.id;
    w.clock.advance(1h);
    const auto turned = w.get(w.logins().rotate("g0", "g1", "192.0.2.9", grace, w.clock.now() + 48h));
    REQUIRE(turned.what == outcome::rotated);
    REQUIRE(turned.session.id == session);
    REQUIRE(turned.session.expires_at == w.clock.now() + 48h);
    REQUIRE(turned.session.last_used_at == w.clock.now());
    REQUIRE(turned.user.username == "sora");
    REQUIRE(rotate(w, "g1", "g2") == outcome::rotated);
    REQUIRE(rotate(w, "never given", "x") == outcome::unknown);
}

TEST_CASE("two tabs that refresh at once are both served, and either successor goes on") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    const auto session = w.get(w.logins().open(login_with(w, who, "g0"), 20)).session.id;
    REQUIRE(rotate(w, "g0", "g1a") == outcome::rotated);
    w.clock.advance(grace);
    REQUIRE(rotate(w, "g0", "g1b") == outcome::rotated);
    const auto used = GENERATE(as<std::string>{}, "g1a", "g1b");
    REQUIRE(rotate(w, used, "g2") == outcome::rotated);
    // A successor was used, so the old one can only be a thief's.
    const auto thief = w.get(w.logins().rotate("g0", "x", "", grace, w.clock.now() + 1h));
    REQUIRE(thief.what == outcome::reused);
    REQUIRE(thief.session.id == session);
    REQUIRE(open_ids(w, who).empty());
    REQUIRE(rotate(w, "g2", "g3") == outcome::unknown);
}

TEST_CASE("after the grace time the previous token ends the session") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    w.get(w.logins().open(login_with(w, who, "g0"), 20));
    REQUIRE(rotate(w, "g0", "g1") == outcome::rotated);
    w.clock.advance(grace + 1ms);
    REQUIRE(rotate(w, "g0", "x") == outcome::reused);
    REQUIRE(rotate(w, "g1", "x") == outcome::unknown);
}

TEST_CASE("tokens of the last 64 generations are remembered as reused, older ones are unknown") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    w.get(w.logins().open(login_with(w, who, "g0"), 20));
    for (int i = 0; i < 64; ++i) REQUIRE(rotate(w, "g" + std::to_string(i), "g" + std::to_string(i + 1)) == outcome::rotated);
    REQUIRE(rotate(w, "g0", "x") == outcome::unknown);
    REQUIRE(rotate(w, "g1", "x") == outcome::reused);
}

TEST_CASE("expired sessions and disabled people cannot refresh") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    w.get(w.logins().open(login_with(w, who, "a"), 20));
    w.clock.advance(24h);
    REQUIRE(rotate(w, "a", "x") == outcome::unknown);
    REQUIRE(open_ids(w, who).empty());
    w.get(w.logins().open(login_with(w, who, "b"), 20));
    w.get(w.accounts().set_disabled(who, true));
    REQUIRE(rotate(w, "b", "x") == outcome::unknown);
}

TEST_CASE("sessions that ended or expired are told since a time, and a sweep forgets both") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    const auto early = w.get(w.logins().open(login_with(w, who, "a"), 20)).session.id;
    const auto late = w.get(w.logins().open(login_with(w, who, "b"), 20)).session.id;
    const auto expires = w.get(w.logins().open(login_with(w, who, "expires"), 20)).session.id;
    w.get(w.logins().end(who, early));
    w.clock.advance(1min);
    const auto since = w.clock.now();
    w.get(w.logins().end(who, late));
    REQUIRE(w.get(w.logins().ended_since(since)) == std::vector{late});
    REQUIRE(w.get(w.logins().ended_since(since - 1min)) == std::vector{early, late});

    REQUIRE(w.get(w.logins().sweep(since)) == 1);
    REQUIRE(w.get(w.logins().ended_since(since - 1min)) == std::vector{late});
    w.clock.advance(24h);
    REQUIRE(w.get(w.logins().ended_since(since)) == std::vector{late, expires});
    REQUIRE(w.get(w.logins().ended_since(w.clock.now())).empty());
    w.clock.advance(24h);
    REQUIRE(w.get(w.logins().sweep(w.clock.now())) == 2);
    REQUIRE(w.get(w.logins().sweep(w.clock.now())) == 0);
}

TEST_CASE("a session's number is never given again") {
    world w{EACH_STORE};
    const auto who = w.person("sora");
    const auto first = w.get(w.logins().open(login_with(w, who, "a"), 20)).session.id;
    w.get(w.logins().end(who, first));
    w.clock.advance(1s);
    REQUIRE(w.get(w.logins().sweep(w.clock.now())) == 1);
    REQUIRE(w.get(w.logins().open(login_with(w, who, "b"), 20)).session.id > first);
}

#include "madang/domain/account_service.hpp"

#include "fake_accounts.hpp"
#include "fake_audience.hpp"
#include "fake_security.hpp"
#include "manual_clock.hpp"
#include "run_task.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::domain;
using namespace madang::domain::test;
using madang::test::manual_clock;
using madang::test::run_task;
using namespace std::chrono_literals;

namespace {

struct bench {
    explicit bench(account_policy policy = {}) : service(accounts, logins, hasher, mint, listeners, ended, time, policy) {
        accounts.add(person(1, "ann"), "hash of secret");
        accounts.add(person(2, "old"), "old hash of secret");
        accounts.add(person(3, "gone"), "hash of secret", true);
    }

    result<signed_in> sign_in(const std::string& name, const std::string& password) {
        return run_task(service.sign_in(name, password, {"browser", "192.0.2.1"}));
    }

    fake_account_store accounts;
    fake_login_store logins;
    fake_hasher hasher;
    fake_mint mint;
    fake_audience listeners;
    revocations ended{10min};
    manual_clock time;
    account_service service;
};

account_policy closed_signup() {
    account_policy p;
    p.signup_open = false;
    return p;
}

account_policy one_session() {
    account_policy p;
    p.sessions = 1;
    return p;
}

}  // namespace

TEST_CASE("signing up keeps a hash and never the password, and gives nobody a role") {
    bench b;
    sign_up wish;
    wish.username = "eve";
    wish.display_name = "Eve";
    wish.password = "secret";
    wish.email = "eve@example.org";
    wish.locale = "en";
    REQUIRE(run_task(b.service.sign_up(wish)).value().username == "eve");
    const auto& made = b.accounts.created.at(0);
    REQUIRE(made.password_hash == "hash of secret");
    REQUIRE(made.display_name == "Eve");
    REQUIRE(made.email == "eve@example.org");
    REQUIRE(made.locale == "en");
    REQUIRE(made.role == "user");
    wish.username = "ann";
    REQUIRE(run_task(b.service.sign_up(wish)).error().code == errc::username_taken);
}

TEST_CASE("a closed server refuses sign-ups before it spends a hash on them") {
    bench b{closed_signup()};
    REQUIRE(run_task(b.service.sign_up({})).error().code == errc::forbidden);
    REQUIRE(b.hasher.hashed == 0);
    REQUIRE(b.accounts.created.empty());
}

TEST_CASE("signing in opens a session, keeps its refresh token as a digest alone, and gives both tokens") {
    bench b;
    const auto in = b.sign_in("ann", "secret").value();
    REQUIRE(in.user.id == user_id{1});
    REQUIRE(in.session == session_id{40});
    REQUIRE(in.access_expires == b.time.now() + 5min);
    REQUIRE(in.refresh_expires == b.time.now() + std::chrono::hours{24 * 14});
    REQUIRE(in.access_token == "access 1 40 " + to_rfc3339(in.access_expires));
    const auto& l = b.logins.opened_logins.at(0);
    REQUIRE(l.user == user_id{1});
    REQUIRE(l.refresh_hash == "digest of " + in.refresh_token);
    REQUIRE(l.device == "browser");
    REQUIRE(l.address == "192.0.2.1");
    REQUIRE(l.expires_at == in.refresh_expires);
}

TEST_CASE("an unknown name, a wrong password and a disabled person get one answer, after the same work") {
    std::vector<error> answers;
    for (const auto& [name, password] : {std::pair{"nobody", "secret"}, std::pair{"ann", "wrong"}, std::pair{"gone", "secret"}}) {
        bench b;
        answers.push_back(b.sign_in(name, password).error());
        REQUIRE(b.hasher.verified == 1);
        REQUIRE(b.hasher.hashed == 0);
        REQUIRE(b.logins.opened_logins.empty());
    }
    for (const auto& e : answers) {
        REQUIRE(e.code == errc::bad_credentials);
        REQUIRE(e.detail == answers[0].detail);
        REQUIRE(e.fields.empty());
    }
}

TEST_CASE("a stale hash is renewed with the password that was right, and only then") {
    bench b;
    REQUIRE(b.sign_in("old", "wrong").has_error());
    REQUIRE(b.accounts.renewed.empty());
    REQUIRE(b.sign_in("ann", "secret").has_value());
    REQUIRE(b.accounts.renewed.empty());
    REQUIRE(b.sign_in("old", "secret").has_value());
    REQUIRE(b.accounts.renewed == std::vector{std::pair{user_id{2}, std::string{"hash of secret"}}});
}

TEST_CASE("a renewal that fails is no reason to refuse") {
    bench b;
    b.hasher.busy = true;
    REQUIRE(b.sign_in("old", "secret").has_value());
    REQUIRE(b.accounts.renewed.empty());
    b.hasher.busy = false;
    b.accounts.renewal_fails = true;
    REQUIRE(b.sign_in("old", "secret").has_value());
}

TEST_CASE("a session is opened with the hash that was proved, or with the one that took its place") {
    bench b;
    REQUIRE(b.sign_in("ann", "secret").has_value());
    REQUIRE(b.sign_in("old", "secret").has_value());
    REQUIRE(b.logins.opened_logins.at(0).password_hash == "hash of secret");
    REQUIRE(b.logins.opened_logins.at(1).password_hash == "hash of secret");
}

TEST_CASE("a password that is theirs no more at the end of the sign-in is looked at once more, and then refused") {
    bench b;
    b.logins.refusals = 1;
    REQUIRE(b.sign_in("ann", "secret").has_value());
    REQUIRE(b.hasher.verified == 2);
    b.logins.refusals = 2;
    REQUIRE(b.sign_in("ann", "secret").error().code == errc::bad_credentials);
    REQUIRE(b.logins.opened_logins.size() == 1);
}

TEST_CASE("a socket's session has no refresh token") {
    bench b;
    const auto in = run_task(b.service.sign_in_for_socket("ann", "secret", {})).value();
    REQUIRE(in.refresh_token.empty());
    REQUIRE(b.logins.opened_logins.at(0).refresh_hash.empty());
    REQUIRE_FALSE(in.access_token.empty());
}

TEST_CASE("the session that had to go for a new one is void, and its sockets close") {
    bench b{one_session()};
    b.logins.pushed_out = {session_id{33}};
    REQUIRE(b.sign_in("ann", "secret").has_value());
    REQUIRE(b.listeners.closed.empty());
    REQUIRE(b.sign_in("ann", "secret").has_value());
    REQUIRE(b.ended.ended(session_id{33}));
    REQUIRE(b.listeners.closed == std::vector{session_id{33}});
}

TEST_CASE("a refresh exchanges the token for its successor, by their digests") {
    bench b;
    b.logins.rotates.what = login_store::rotation::outcome::rotated;
    b.logins.rotates.session.id = session_id{40};
    b.logins.rotates.user = person(1);
    const auto in = run_task(b.service.refresh("before", {})).value();
    REQUIRE(b.logins.rotations.at(0) == std::pair{std::string{"digest of before"}, "digest of " + in.refresh_token});
    REQUIRE(in.session == session_id{40});
    REQUIRE(in.access_token == "access 1 40 " + to_rfc3339(b.time.now() + 5min));
    REQUIRE(b.listeners.closed.empty());
}

TEST_CASE("an unknown refresh token is refused and ends nothing") {
    bench b;
    REQUIRE(run_task(b.service.refresh("made up", {})).error().code == errc::unauthenticated);
    REQUIRE(b.listeners.closed.empty());
}

TEST_CASE("a refresh token that was used before ends its whole family, and closes its sockets") {
    bench b;
    b.logins.rotates.what = login_store::rotation::outcome::reused;
    b.logins.rotates.session.id = session_id{40};
    REQUIRE(run_task(b.service.refresh("stolen", {})).error().code == errc::unauthenticated);
    REQUIRE(b.ended.ended(session_id{40}));
    REQUIRE(b.listeners.closed == std::vector{session_id{40}});
}

TEST_CASE("changing the password needs the present one, keeps this session and closes the others") {
    bench b;
    b.accounts.others = {session_id{41}, session_id{42}};
    REQUIRE(run_task(b.service.change_password(user_id{1}, session_id{40}, "wrong", "better")).error().code ==
            errc::bad_credentials);
    REQUIRE(b.accounts.passwords.empty());
    REQUIRE(run_task(b.service.change_password(user_id{1}, session_id{40}, "secret", "better")).has_value());
    REQUIRE(b.accounts.passwords.at(0) == std::tuple{user_id{1}, std::string{"hash of better"}, session_id{40}});
    REQUIRE(b.listeners.closed == b.accounts.others);
    REQUIRE(b.ended.ended(session_id{42}));
    REQUIRE_FALSE(b.ended.ended(session_id{40}));
}

TEST_CASE("ending a session voids its tokens and closes its sockets, once") {
    bench b;
    REQUIRE(run_task(b.service.end_session(user_id{1}, session_id{40})).has_value());
    REQUIRE(b.ended.ended(session_id{40}));
    b.service.ended({session_id{40}, session_id{41}});  // told again, by the watch over the database
    REQUIRE(b.listeners.closed == std::vector{session_id{40}, session_id{41}});
    b.logins.ends = false;
    REQUIRE(run_task(b.service.end_session(user_id{1}, session_id{50})).error().code == errc::not_found);
    REQUIRE_FALSE(b.ended.ended(session_id{50}));
    b.logins.all = {session_id{43}};
    REQUIRE(run_task(b.service.end_all_sessions(user_id{1})).has_value());
    REQUIRE(b.ended.ended(session_id{43}));
}

TEST_CASE("who was deleted a moment ago is nobody to themselves, and a name without a face to others") {
    bench b;
    b.accounts.people[user_id{1}].deleted = true;
    REQUIRE(run_task(b.service.me(user_id{1})).error().code == errc::unauthenticated);
    REQUIRE(run_task(b.service.person(user_id{1}))->deleted);
}

TEST_CASE("deleting oneself needs the password, ends all sessions and tells the friends") {
    bench b;
    b.accounts.erased.ended = {session_id{40}};
    b.accounts.erased.friends = {user_id{8}, user_id{9}};
    REQUIRE(run_task(b.service.delete_me(user_id{1}, "wrong")).error().code == errc::bad_credentials);
    REQUIRE(b.accounts.erasures.empty());
    REQUIRE(run_task(b.service.delete_me(user_id{1}, "secret")).has_value());
    REQUIRE(b.listeners.closed == std::vector{session_id{40}});
    const std::string news = R"({"type":"friend_removed","user":{"id":1,"deleted":true}})";
    REQUIRE(b.listeners.told == std::vector{std::pair{user_id{8}, news}, std::pair{user_id{9}, news}});
}

#include "madang/web/authenticator.hpp"

#include "madang/crypto/jwt.hpp"
#include "manual_clock.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::web;
using namespace std::chrono_literals;

namespace {

struct bench {
    bench() { keys.set({key}); }

    // A token of user 7 in this session, good for five minutes.
    std::string token(std::int64_t session = 40) const { return signed_by(key, session); }
    std::string signed_by(const crypto::signing_key& k, std::int64_t session = 40) const {
        return crypto::sign({user_id{7}, session_id{session}, "user", time.now(), time.now() + 5min}, k);
    }
    errc refusal(std::string_view token) {
        const auto answer = who.check(token);
        REQUIRE(answer.has_error());
        return answer.error().code;
    }

    crypto::signing_key key = crypto::signing_key::generate();
    crypto::key_ring keys;
    domain::revocations ended{10min};
    test::manual_clock time;
    authenticator who{keys, ended, time};
};

http::request with(std::vector<std::pair<std::string, std::string>> headers) {
    http::request r;
    r.headers = std::move(headers);
    return r;
}

}  // namespace

TEST_CASE("a good token says who is calling, in which session and until when") {
    bench b;
    const auto caller = b.who.check(b.token()).value();
    REQUIRE(caller.user == user_id{7});
    REQUIRE(caller.session == session_id{40});
    REQUIRE(caller.expires == b.time.now() + 5min);
    REQUIRE_FALSE(caller.by_cookie);
}

TEST_CASE("a token expires, also one that was good before") {
    bench b;
    const auto token = b.token();
    REQUIRE(b.who.check(token).has_value());
    b.time.advance(5min - 1ms);
    REQUIRE(b.who.check(token).has_value());
    b.time.advance(1ms);
    REQUIRE(b.refusal(token) == errc::token_expired);
}

TEST_CASE("a token of a session that has ended is void at once, also one that was good before") {
    bench b;
    const auto token = b.token(40);
    const auto other = b.token(41);
    REQUIRE(b.who.check(token).has_value());
    const std::vector<session_id> gone{session_id{40}};
    (void)b.ended.add(gone, b.time.now());
    REQUIRE(b.refusal(token) == errc::unauthenticated);
    REQUIRE(b.who.check(other).has_value());
}

TEST_CASE("a token of a stranger's key, a changed one and no token at all are refused") {
    bench b;
    REQUIRE(b.refusal(b.signed_by(crypto::signing_key::generate())) == errc::unauthenticated);
    auto changed = b.token();
    changed[changed.find('.') + 5] ^= 1;
    REQUIRE(b.refusal(changed) == errc::unauthenticated);
    REQUIRE(b.refusal("") == errc::unauthenticated);
    REQUIRE(b.refusal("a.b.c") == errc::unauthenticated);
}

TEST_CASE("a key that is no longer believed voids its tokens at once, one that only stopped signing does not") {
    bench b;
    const auto token = b.token();
    REQUIRE(b.who.check(token).has_value());
    const auto next = crypto::signing_key::generate();
    b.keys.set({next, b.key});
    REQUIRE(b.who.check(token).has_value());
    b.keys.set({next});
    REQUIRE(b.refusal(token) == errc::unauthenticated);
}

TEST_CASE("before there are keys nobody is known") {
    const crypto::key_ring none;
    const domain::revocations ended{10min};
    const test::manual_clock time;
    authenticator who{none, ended, time};
    const bench b;
    REQUIRE(who.check(b.token()).error().code == errc::unauthenticated);
}

TEST_CASE("a request is known by its Bearer token or its cookie, and says by which") {
    bench b;
    const auto by_header = b.who.check(with({{"Authorization", "bearer  " + b.token()}})).value();
    REQUIRE_FALSE(by_header.by_cookie);
    const auto by_cookie = b.who.check(with({{"Cookie", "x=1; madang_access=" + b.token()}})).value();
    REQUIRE(by_cookie.by_cookie);
    REQUIRE(by_cookie.session == session_id{40});
    REQUIRE(b.who.check(with({})).error().code == errc::unauthenticated);
}

TEST_CASE("an Authorization header decides, good or bad: the cookie does not mend it") {
    bench b;
    const auto cookie = std::pair<std::string, std::string>{"Cookie", "madang_access=" + b.token()};
    REQUIRE(b.who.check(with({{"Authorization", "Basic YTpi"}, cookie})).error().code == errc::unauthenticated);
    REQUIRE(b.who.check(with({{"Authorization", "Bearer nonsense"}, cookie})).error().code == errc::unauthenticated);
    REQUIRE_FALSE(b.who.check(with({{"Authorization", "Bearer " + b.token(41)}, cookie})).value().by_cookie);
}

TEST_CASE("a Bearer value is the scheme in any case, a blank and the token") {
    REQUIRE(authenticator::bearer("Bearer abc") == "abc");
    REQUIRE(authenticator::bearer("BEARER abc ") == "abc");
    for (const auto* other : {"", "Bearer", "Bearer ", "Bearerabc", "Basic abc"})
        REQUIRE_FALSE(authenticator::bearer(other).has_value());
}

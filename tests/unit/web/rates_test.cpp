#include "madang/web/rates.hpp"

#include "catch.hpp"
#include "manual_clock.hpp"

using namespace madang;
using namespace madang::web;

namespace {

settings two_of_each() {
    settings s;
    s.failed_logins = 2;
    s.signups_per_hour = 2;
    return s;
}

struct limited {
    bool signs_up(const std::string& address) { return counts.sign_up(address).has_value(); }
    bool tries(const std::string& account, const std::string& address) {
        return counts.begin_login(account, address).has_value();
    }

    settings chosen = two_of_each();
    test::manual_clock time;
    metrics::registry registry;
    rates counts{chosen, time, registry};
};

}  // namespace

TEST_CASE("the addresses of one IPv6 network count as one") {
    limited l;
    REQUIRE(l.signs_up("2001:db8:1:2::1"));
    REQUIRE(l.signs_up("2001:db8:1:2:ffff::9"));
    REQUIRE_FALSE(l.signs_up("2001:db8:1:2:3:4:5:6"));
    REQUIRE_FALSE(l.signs_up("2001:db8:1:2::1%eth0"));
    REQUIRE(l.signs_up("2001:db8:1:3::1"));
}

TEST_CASE("IPv4 addresses count one by one, however they are written") {
    limited l;
    REQUIRE(l.signs_up("192.0.2.1"));
    REQUIRE(l.signs_up("::ffff:192.0.2.1"));
    REQUIRE_FALSE(l.signs_up("192.0.2.1"));
    REQUIRE(l.signs_up("192.0.2.2"));
    REQUIRE(l.signs_up("::ffff:192.0.2.3"));
}

TEST_CASE("an attempt that was not judged is given back to the network") {
    limited l;
    const auto ana = rates::account_named("ana");
    REQUIRE(l.tries(ana, "2001:db8::1"));
    REQUIRE(l.tries(ana, "2001:db8::2"));
    REQUIRE_FALSE(l.tries(ana, "2001:db8::3"));
    const result<> unjudged = error{errc::unavailable};
    l.counts.end_login(ana, "2001:db8::4", unjudged);
    REQUIRE(l.tries(ana, "2001:db8::3"));
}

TEST_CASE("whatever name a stranger tries, it is not the account of who is signed in") {
    limited l;
    for (const auto* name : {"#5", "5", "@#5"}) {
        REQUIRE(l.tries(rates::account_named(name), "192.0.2.1"));
        REQUIRE(l.tries(rates::account_named(name), "192.0.2.1"));
        REQUIRE_FALSE(l.tries(rates::account_named(name), "192.0.2.1"));
    }
    REQUIRE(l.tries(rates::account_of(user_id{5}), "192.0.2.1"));
}

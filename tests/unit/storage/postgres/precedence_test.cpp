// Who may connect when the server allows few connections.
#include "postgres/precedence.hpp"

#include "catch.hpp"

using madang::storage::postgres::precedence;

TEST_CASE("the others go when nobody is missing, and wait again when somebody is lost") {
    precedence first;
    int woken = 0;
    const auto wake = [&] { ++woken; };
    first.missing();
    first.missing();
    REQUIRE_FALSE(first.may_go(wake));
    REQUIRE_FALSE(first.may_go(wake));
    first.there();
    REQUIRE(woken == 0);
    first.there();
    REQUIRE(woken == 2);
    REQUIRE(first.may_go(wake));
    first.missing();
    REQUIRE_FALSE(first.may_go(wake));
    first.there();
    REQUIRE(woken == 3);
}

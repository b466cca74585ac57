#include "madang/domain/revocations.hpp"

#include "catch.hpp"

using namespace madang;
using namespace std::chrono_literals;

namespace {

const timestamp noon{1'795'336'200'000ms};

std::vector<session_id> add(domain::revocations& r, std::vector<session_id> sessions, timestamp now) {
    return r.add(sessions, now);
}

}  // namespace

TEST_CASE("a session that has ended is known from then on, and news only once") {
    domain::revocations r{5min};
    REQUIRE_FALSE(r.ended(session_id{1}));
    REQUIRE(add(r, {session_id{1}, session_id{2}}, noon) == std::vector{session_id{1}, session_id{2}});
    REQUIRE(r.ended(session_id{1}));
    REQUIRE_FALSE(r.ended(session_id{3}));
    REQUIRE(add(r, {session_id{2}, session_id{3}}, noon + 1s) == std::vector{session_id{3}});
}

TEST_CASE("an ended session is remembered as long as a token of it can be valid, and then forgotten") {
    domain::revocations r{5min};
    (void)add(r, {session_id{1}}, noon);
    (void)add(r, {session_id{2}}, noon + 4min);
    (void)add(r, {session_id{3}}, noon + 5min);
    REQUIRE(r.ended(session_id{1}));
    (void)add(r, {}, noon + 5min + 1ms);
    REQUIRE_FALSE(r.ended(session_id{1}));
    REQUIRE(r.ended(session_id{2}));
    REQUIRE(r.ended(session_id{3}));
}

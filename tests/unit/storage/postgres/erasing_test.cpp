// What it costs to delete a person who is in many groups.
#include "counted_way.hpp"
#include "node.hpp"

#include "../ports/world.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::domain;

TEST_CASE("a person leaves hundreds of groups in fewer round trips, and each group has its events and its heir") {
    constexpr int groups = 250;
    const auto direct = patient_options(postgres_server::shared().migrated_database());
    counted_way way{direct.url};
    user_id sora, jun, mina;
    std::vector<room_id> rooms;
    {
        world w{nodes_with(direct)};
        sora = w.person("sora");
        jun = w.person("jun");
        mina = w.person("mina");
        // Every other one is sora's own.
        for (int i = 0; i < groups; ++i) rooms.push_back(i % 2 == 0 ? w.group(sora, {mina}) : w.group(mina, {sora}));
    }
    auto counted = direct;
    counted.url = way.url();
    world w{nodes_with(counted)};
    w.get(w.accounts().find_user(sora));
    const int before = way.round_trips();
    w.get(w.accounts().erase_user(sora));
    // What is answered while much is still being sent counts, too.
    REQUIRE(way.round_trips() - before < groups / 2);

    REQUIRE(w.get(w.accounts().find_user(sora)).deleted);
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        CAPTURE(i);
        const bool was_owner = i % 2 == 0;
        const auto log = w.events(rooms[i]);
        REQUIRE(log.size() == (was_owner ? 3 : 2));
        REQUIRE(body_of<member_left>(log[1]).user == sora);
        if (was_owner) {
            REQUIRE(body_of<role_changed>(log.back()).user == mina);
            REQUIRE(body_of<role_changed>(log.back()).role == member_role::owner);
        }
        REQUIRE(w.get(w.rooms().member_count(rooms[i])) == 1);
    }
    REQUIRE(w.commits.count() == groups + groups / 2);
}

#include "madang/broker/directory.hpp"

#include "catch.hpp"

using namespace madang;
using broker::directory;

TEST_CASE("a topic and a user are found on the shards that have them, each shard once") {
    directory d;
    d.add("t", 0);
    d.add("t", 63);
    d.add("t", 63);
    d.add(user_id{7}, 3);
    REQUIRE(d.of("t") == (directory::mask{1} | directory::mask{1} << 63));
    REQUIRE(d.of(user_id{7}) == directory::mask{1} << 3);
    d.remove("t", 63);
    REQUIRE(d.of("t") == 1);
    d.remove("t", 0);
    d.remove("t", 5);
    d.remove(user_id{7}, 3);
    REQUIRE(d.of("t") == 0);
    REQUIRE(d.of(user_id{7}) == 0);
}

TEST_CASE("a publication concerns who listens and who joins or leaves") {
    directory d;
    d.add("t", 0);
    d.add(user_id{1}, 1);
    d.add(user_id{2}, 2);
    d.add(user_id{3}, 3);
    broker::publication p;
    p.topic = "t";
    REQUIRE(d.of(p) == 0b0001);
    p.joined = {user_id{1}};
    p.left = {user_id{2}, user_id{99}};
    REQUIRE(d.of(p) == 0b0111);
}

TEST_CASE("an observer hears when a topic or user comes to the first shard and leaves the last") {
    struct recorder final : directory::observer {
        void topic(const std::string& name, bool here) override { said += (here ? "+" : "-") + name; }
        void user(user_id who, bool here) override { said += (here ? "+" : "-") + std::to_string(who.value); }
        std::string said;
    } ear;
    directory d;
    d.tell(&ear);
    d.add("t", 0);
    d.add("t", 1);
    d.add(user_id{7}, 3);
    d.add(user_id{7}, 3);
    d.remove("t", 0);
    REQUIRE(ear.said == "+t+7");
    d.remove("t", 1);
    d.remove("t", 1);
    d.remove(user_id{7}, 3);
    REQUIRE(ear.said == "+t+7-t-7");
}

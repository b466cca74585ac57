// Batches of a lane: what gathers while one is under way is the next one, as far as its bounds allow.
#include "crowded_lane.hpp"

#include <vector>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;

namespace {

using pending_posts = std::vector<std::future<result<posted>>>;

// Lets the lane go as soon as all of them wait, and says how many transactions they have become.
std::uint64_t batches_of(crowded_lane& lane, pending_posts& waiting) {
    const auto& stats = lane.w.store().stats();
    const auto before = stats.batches.load();
    lane.let_go(waiting.size());
    for (auto& one : waiting) REQUIRE(one.get().has_value());
    return stats.batches - before - 1;  // without the one that was on its way
}

}  // namespace

TEST_CASE("what gathers in a lane during a commit becomes one transaction, of however many rooms") {
    crowded_lane lane{one_lane()};
    const std::vector rooms{lane.room, lane.new_room(), lane.new_room(), lane.held};
    const auto& stats = lane.w.store().stats();
    const auto units = stats.units.load();
    lane.hold();
    pending_posts waiting;
    for (std::size_t i = 0; i < 200; ++i) waiting.push_back(lane.start_post(rooms[i % rooms.size()], "text"));
    REQUIRE(batches_of(lane, waiting) == 1);
    REQUIRE(stats.units == units + 201);
    REQUIRE(stats.last_commit_micros > 0);
}

TEST_CASE("read marks travel in the transaction of the messages around them") {
    crowded_lane lane{one_lane()};
    lane.w.say(lane.room, lane.me, "text");
    const auto before = lane.w.store().stats().batches.load();
    lane.hold();
    pending_posts posts;
    std::vector<std::future<result<bool>>> marks;
    for (int i = 0; i < 20; ++i) {
        posts.push_back(lane.start_post(lane.room, "text"));
        marks.push_back(lane.w.io().start(lane.w.log().mark_read(lane.room, lane.me, 1)));
    }
    lane.let_go(40);
    for (auto& one : posts) REQUIRE(one.get().has_value());
    for (auto& one : marks) REQUIRE_FALSE(*one.get());
    REQUIRE(lane.w.store().stats().batches == before + 2);
}

TEST_CASE("of read marks in one transaction those have moved that are beyond the ones before them") {
    crowded_lane lane{one_lane()};
    const auto jun = lane.w.person("jun");
    lane.w.befriend(lane.me, jun);
    lane.w.get(lane.w.log().add_members(lane.room, lane.me, {jun}));
    for (int i = 0; i < 4; ++i) lane.w.say(lane.room, lane.me, "text");
    lane.hold();
    std::vector<std::future<result<bool>>> marks;
    for (const ordinal_t ordinal : {2, 1, 4, 3, 4})
        marks.push_back(lane.w.io().start(lane.w.log().mark_read(lane.room, jun, ordinal)));
    lane.let_go(marks.size());
    std::vector<bool> moved;
    for (auto& one : marks) moved.push_back(*one.get());
    REQUIRE(moved == std::vector{true, false, true, false, false});
}

TEST_CASE("a lane's transaction has as many rows as it may have") {
    auto options = one_lane();
    options.batch_rows = 10;
    crowded_lane lane{options};
    lane.hold();
    pending_posts waiting;
    const int count = GENERATE(200, 195);
    for (int i = 0; i < count; ++i) waiting.push_back(lane.start_post(lane.room, "text"));
    REQUIRE(batches_of(lane, waiting) == 20);
}

TEST_CASE("a lane's transaction has as many bytes as it may have, and a message larger than that goes alone") {
    auto options = one_lane();
    options.batch_bytes = 5000;
    crowded_lane lane{options};
    lane.hold();
    pending_posts waiting;
    for (int i = 0; i < 6; ++i) waiting.push_back(lane.start_post(lane.room, std::string(2000, 'x')));
    waiting.push_back(lane.start_post(lane.room, std::string(8000, 'x')));
    REQUIRE(batches_of(lane, waiting) == 4);
}

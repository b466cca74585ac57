#include "madang/domain/room_feed.hpp"

#include "samples.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::domain;
using namespace madang::domain::test;

namespace {

std::vector<seq_t> offer(room_feed& feed, seq_t seq) {
    std::vector<seq_t> out;
    for (const auto& c : feed.offer(committed(1, seq))) out.push_back(c.event ? c.event->seq : 0);
    return out;
}

using seqs = std::vector<seq_t>;

}  // namespace

TEST_CASE("the first event sets the position, the next ones pass") {
    room_feed feed;
    REQUIRE(offer(feed, 17) == seqs{17});
    REQUIRE(offer(feed, 18) == seqs{18});
    REQUIRE(feed.last() == 18);
    REQUIRE_FALSE(feed.has_gap());
    REQUIRE(feed.first_waiting() == 0);
}

TEST_CASE("an old event is dropped") {
    room_feed feed;
    (void)offer(feed, 5);
    REQUIRE(offer(feed, 5).empty());
    REQUIRE(offer(feed, 3).empty());
    REQUIRE(feed.last() == 5);
}

TEST_CASE("an early event waits for its predecessors, and they pass together and in order") {
    room_feed feed;
    (void)offer(feed, 5);
    REQUIRE(offer(feed, 9).empty());
    REQUIRE(offer(feed, 7).empty());
    REQUIRE(offer(feed, 7).empty());
    REQUIRE(feed.has_gap());
    REQUIRE(feed.first_waiting() == 7);
    REQUIRE(offer(feed, 6) == seqs{6, 7});
    REQUIRE(feed.first_waiting() == 9);
    REQUIRE(offer(feed, 8) == seqs{8, 9});
    REQUIRE_FALSE(feed.has_gap());
}

TEST_CASE("a change of the audience alone passes at once, also while a gap is open") {
    room_feed feed;
    (void)offer(feed, 5);
    (void)offer(feed, 7);
    REQUIRE(offer(feed, 0) == seqs{0});
    REQUIRE(feed.has_gap());
}

TEST_CASE("not more than so many events wait") {
    room_feed feed;
    (void)offer(feed, 1);
    for (seq_t seq = 3; seq < 3 + static_cast<seq_t>(room_feed::most_waiting) + 10; ++seq) REQUIRE(offer(feed, seq).empty());
    REQUIRE(offer(feed, 2).size() == room_feed::most_waiting + 1);
    REQUIRE_FALSE(feed.has_gap());
}

TEST_CASE("a gap that cannot be filled is skipped, up to the next gap") {
    room_feed feed;
    (void)offer(feed, 1);
    for (const seq_t seq : {4, 5, 8}) (void)offer(feed, seq);
    auto skipped = feed.skip_gap();
    REQUIRE(skipped.size() == 2);
    REQUIRE(skipped[0].event->seq == 4);
    REQUIRE(skipped[1].event->seq == 5);
    REQUIRE(feed.last() == 5);
    REQUIRE(feed.first_waiting() == 8);
    REQUIRE(feed.skip_gap().size() == 1);
    REQUIRE(feed.skip_gap().empty());
    REQUIRE(offer(feed, 3).empty());
}

TEST_CASE("in whatever order events come, they leave in seq order and once") {
    std::vector<seq_t> order{2, 3, 4, 5, 6};
    do {
        room_feed feed;
        (void)offer(feed, 1);
        seqs out;
        for (const auto seq : order)
            for (const auto passed : offer(feed, seq)) out.push_back(passed);
        REQUIRE(out == seqs{2, 3, 4, 5, 6});
    } while (std::next_permutation(order.begin(), order.end()));
}

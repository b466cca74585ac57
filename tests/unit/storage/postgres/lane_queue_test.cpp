// What waits in a lane, and which of it becomes the next batch.
#include "postgres/lane_queue.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace madang;
using namespace madang::storage::postgres;

namespace {

class some_unit final : public unit {
public:
    some_unit(kind k, room_id room, int number, std::size_t text) : unit(k, room, text), number(number) {}
    void refuse(error) override {}
    [[nodiscard]] bool answered() const override { return false; }
    const int number;
};

struct given {
    unit::kind what;
    std::int64_t room;
    std::size_t text = 0;
};

// Numbered from 1, in this order.
lane_queue queue_of(const std::vector<given>& all) {
    lane_queue q;
    int number = 0;
    for (const auto& g : all) q.push(std::make_unique<some_unit>(g.what, room_id{g.room}, ++number, g.text));
    return q;
}

std::vector<int> numbers(const lane_queue::units& batch) {
    std::vector<int> all;
    for (const auto& u : batch) all.push_back(static_cast<some_unit&>(*u).number);
    return all;
}

std::vector<int> next(lane_queue& q, std::size_t rows = 250, std::size_t bytes = 1 << 20) {
    return numbers(q.next_batch(rows, bytes));
}

using enum unit::kind;
using list = std::vector<int>;

}  // namespace

TEST_CASE("messages and read marks go together, other work after them, and what goes alone goes alone") {
    auto q = queue_of({{message, 1}, {mark, 2}, {work, 3}, {alone, 4}, {work, 5}, {message, 6}});
    REQUIRE(next(q) == list{1, 2, 6});
    REQUIRE(next(q) == list{3, 5});
    REQUIRE(next(q) == list{4});
    REQUIRE(q.empty());
    REQUIRE(next(q).empty());
}

TEST_CASE("nothing passes another unit of its room") {
    auto q = queue_of({{message, 1}, {work, 1}, {message, 1}, {message, 2}, {work, 2}});
    REQUIRE(next(q) == list{1, 4});
    REQUIRE(next(q) == list{2, 5});
    REQUIRE(next(q) == list{3});
}

TEST_CASE("a batch ends at its rows and at its bytes, and what is larger than a batch goes by itself") {
    auto rows = queue_of({{message, 1}, {message, 1}, {message, 1}});
    REQUIRE(next(rows, 2) == list{1, 2});
    REQUIRE(next(rows, 2) == list{3});
    auto bytes = queue_of({{message, 1, 1000}, {message, 2, 1000}, {message, 3, 10'000}, {message, 4, 10}});
    REQUIRE(next(bytes, 250, 3000) == list{1, 2});
    REQUIRE(next(bytes, 250, 3000) == list{3});
    REQUIRE(next(bytes, 250, 3000) == list{4});
}

TEST_CASE("what comes back is the first again, in its order") {
    auto q = queue_of({{message, 1}, {message, 2}, {message, 3}});
    auto batch = q.next_batch(2, 1 << 20);
    q.push_back_in(std::move(batch));
    REQUIRE(next(q) == list{1, 2, 3});
}

TEST_CASE("those whose time is over are taken out, and the others keep their order") {
    auto q = queue_of({{message, 1}, {message, 2}, {message, 3}, {message, 4}});
    const auto out = q.take_out([](const unit& u) { return u.room.value % 2 == 0; });
    REQUIRE(numbers(out) == list{2, 4});
    REQUIRE(next(q) == list{1, 3});
}

TEST_CASE("all lanes together hold so many rows and bytes, and not one more") {
    storage::store_stats stats;
    waiting_units waiting{stats, 2, 1000};
    const some_unit small{message, room_id{1}, 1, 0};
    const some_unit large{message, room_id{1}, 2, 900};
    REQUIRE(waiting.take_in(small));
    REQUIRE_FALSE(waiting.take_in(large));
    REQUIRE(waiting.take_in(small));
    REQUIRE_FALSE(waiting.take_in(small));
    REQUIRE(stats.queue_rows == 2);
    waiting.let_go(small);
    REQUIRE(waiting.take_in(small));
    waiting.let_go(small);
    waiting.let_go(small);
    REQUIRE(stats.queue_rows == 0);
    REQUIRE(stats.queue_bytes == 0);
}

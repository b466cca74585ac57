// Which of what waits becomes the next batch, and how much may wait.
#include "postgres/lane_queue.hpp"

#include <numeric>

#include "catch.hpp"

using namespace madang;
using namespace madang::storage;
using namespace madang::storage::postgres;
using kind = unit::kind;
using units = std::vector<std::unique_ptr<unit>>;
using list = std::vector<std::string>;

namespace {

constexpr std::size_t no_limit = 1 << 30;

class named_unit final : public unit {
public:
    named_unit(kind k, std::int64_t room, std::string name, std::size_t text = 0)
        : unit(k, room_id{room}, text), name_(std::move(name)) {}
    void refuse(error) override {}
    [[nodiscard]] bool answered() const override { return false; }
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::string name_;
};

std::unique_ptr<unit> message(std::int64_t room, std::string name, std::size_t text = 0) {
    return std::make_unique<named_unit>(kind::message, room, std::move(name), text);
}
std::unique_ptr<unit> mark(std::int64_t room, std::string name) {
    return std::make_unique<named_unit>(kind::mark, room, std::move(name));
}
std::unique_ptr<unit> work(std::int64_t room, std::string name) {
    return std::make_unique<named_unit>(kind::work, room, std::move(name));
}
std::unique_ptr<unit> alone(std::int64_t room, std::string name) {
    return std::make_unique<named_unit>(kind::alone, room, std::move(name));
}

list names(const units& some) {
    list all;
    for (const auto& u : some) all.push_back(static_cast<const named_unit&>(*u).name());
    return all;
}

template <class... Units>
lane_queue queue_of(Units... some) {
    lane_queue q;
    (q.push(std::move(some)), ...);
    return q;
}

list next(lane_queue& q, std::size_t rows = no_limit, std::size_t bytes = no_limit) { return names(q.next_batch(rows, bytes)); }

// Every batch, until nothing is left.
std::vector<list> all_batches(lane_queue& q, std::size_t rows = no_limit, std::size_t bytes = no_limit) {
    std::vector<list> all;
    while (!q.empty()) all.push_back(next(q, rows, bytes));
    return all;
}

// What a unit takes of the queue beyond its text.
const std::size_t overhead = message(1, "")->bytes;

}  // namespace

TEST_CASE("messages and read marks of many rooms make one batch, in the order in which they came") {
    auto q = queue_of(message(1, "a"), mark(2, "b"), message(3, "c"), mark(1, "d"), message(1, "e"));
    REQUIRE(next(q) == list{"a", "b", "c", "d", "e"});
    REQUIRE(q.empty());
}

TEST_CASE("work is batched with work, and what is alone goes alone") {
    auto q = queue_of(work(1, "a"), work(2, "b"), work(1, "c"), alone(3, "d"), alone(4, "e"), work(5, "f"));
    REQUIRE(all_batches(q) == std::vector<list>{{"a", "b", "c", "f"}, {"d"}, {"e"}});
}

TEST_CASE("what is first decides what the batch is, and what is of its kind is looked for behind others") {
    auto q = queue_of(message(1, "a"), work(2, "b"), message(3, "c"), alone(4, "d"), mark(5, "e"), work(6, "f"));
    REQUIRE(all_batches(q) == std::vector<list>{{"a", "c", "e"}, {"b", "f"}, {"d"}});
}

TEST_CASE("a unit never passes another one of its room") {
    auto q =
        queue_of(message(1, "a"), work(1, "b"), message(1, "c"), message(2, "d"), mark(1, "e"), alone(2, "f"), message(2, "g"));
    REQUIRE(all_batches(q) == std::vector<list>{{"a", "d"}, {"b"}, {"c", "e"}, {"f"}, {"g"}});
    auto w = queue_of(work(1, "a"), alone(2, "b"), work(2, "c"), message(1, "d"), work(1, "e"), work(3, "f"));
    REQUIRE(all_batches(w) == std::vector<list>{{"a", "f"}, {"b"}, {"c"}, {"d"}, {"e"}});
}

TEST_CASE("any mixture comes out whole, with each room in its order, and no batch mixes ways of writing") {
    lane_queue q;
    std::vector<list> sent(7);
    std::size_t dice = 1;
    for (int i = 0; i < 500; ++i) {
        dice = dice * 6364136223846793005ULL + 1442695040888963407ULL;
        const auto room = static_cast<std::int64_t>((dice >> 33) % 7);
        const auto what = static_cast<kind>((dice >> 40) % 4);
        auto name = std::to_string(i);
        sent[static_cast<std::size_t>(room)].push_back(name);
        q.push(std::make_unique<named_unit>(what, room, std::move(name)));
    }
    std::vector<list> came(7);
    while (!q.empty()) {
        const auto batch = q.next_batch(20, no_limit);
        REQUIRE_FALSE(batch.empty());
        const auto way = [](const std::unique_ptr<unit>& u) { return u->what == kind::mark ? kind::message : u->what; };
        for (const auto& u : batch) REQUIRE(way(u) == way(batch.front()));
        REQUIRE(batch.size() <= (way(batch.front()) == kind::alone ? 1 : 20));
        for (const auto& u : batch)
            came[static_cast<std::size_t>(u->room.value)].push_back(static_cast<const named_unit&>(*u).name());
    }
    REQUIRE(came == sent);
}

TEST_CASE("a batch has as many rows as it may have, and no more") {
    lane_queue q;
    for (int i = 0; i < 7; ++i) q.push(message(1, std::to_string(i)));
    REQUIRE(all_batches(q, 3) == std::vector<list>{{"0", "1", "2"}, {"3", "4", "5"}, {"6"}});
}

TEST_CASE("a batch has as many bytes as it may have, and not one more") {
    const auto three = [] { return queue_of(message(1, "a", 100), message(2, "b", 100), message(3, "c", 100)); };
    auto exact = three();
    REQUIRE(all_batches(exact, no_limit, 3 * (overhead + 100)) == std::vector<list>{{"a", "b", "c"}});
    auto less = three();
    REQUIRE(all_batches(less, no_limit, 3 * (overhead + 100) - 1) == std::vector<list>{{"a", "b"}, {"c"}});
}

TEST_CASE("what does not fit ends the batch: nothing smaller behind it goes first") {
    auto q = queue_of(message(1, "a", 100), message(2, "large", 1000), message(3, "small", 1));
    REQUIRE(all_batches(q, no_limit, 2 * overhead + 500) == std::vector<list>{{"a"}, {"large"}, {"small"}});
}

TEST_CASE("a unit larger than a batch goes alone") {
    auto q = queue_of(message(1, "a"), message(1, "huge", 5000), message(1, "b"), message(1, "c"));
    REQUIRE(all_batches(q, no_limit, 3 * overhead) == std::vector<list>{{"a"}, {"huge"}, {"b", "c"}});
}

TEST_CASE("what comes back stands in front of everything, in its order") {
    auto q = queue_of(message(1, "a"), message(1, "b"), message(1, "c"));
    auto batch = q.next_batch(2, no_limit);
    q.push(message(1, "d"));
    q.push_back_in(std::move(batch));
    REQUIRE(q.size() == 4);
    REQUIRE(next(q) == list{"a", "b", "c", "d"});
    q.push_back_in({});
    REQUIRE(q.empty());
}

TEST_CASE("what was held up stands behind everything with what waits for its room, and goes apart") {
    auto q = queue_of(message(1, "a"), message(2, "b"), work(1, "c"), message(3, "d"));
    auto held = q.next_batch(1, no_limit);
    q.push(message(1, "e"));
    q.push_behind(std::move(held));
    REQUIRE(q.size() == 5);
    REQUIRE(all_batches(q) == std::vector<list>{{"b", "d"}, {"a"}, {"c"}, {"e"}});
    auto both = queue_of(message(1, "a"), message(2, "b"), message(1, "c"), message(3, "d"), message(4, "e"));
    auto two = both.next_batch(2, no_limit);
    both.push_behind(std::move(two));
    REQUIRE(all_batches(both) == std::vector<list>{{"d", "e"}, {"a", "b"}, {"c"}});
}

TEST_CASE("what is taken out is what was asked for, and the others stay as they were") {
    auto q = queue_of(message(1, "a"), work(2, "b"), message(2, "c"), mark(1, "d"));
    REQUIRE(names(q.take_out([](const unit& u) { return u.room == room_id{2}; })) == list{"b", "c"});
    REQUIRE(q.take_out([](const unit&) { return false; }).empty());
    REQUIRE(next(q) == list{"a", "d"});
    REQUIRE(q.take_out([](const unit&) { return true; }).empty());
}

TEST_CASE("an empty queue makes an empty batch") {
    lane_queue q;
    REQUIRE(q.empty());
    REQUIRE(next(q).empty());
}

TEST_CASE("the rest of a batch is looked for among the first two thousand, however much waits") {
    lane_queue q;
    q.push(message(1, "first"));
    for (int i = 0; i < 1998; ++i) q.push(alone(2, "work"));
    q.push(message(3, "the two thousandth"));
    q.push(message(4, "one further"));
    REQUIRE(next(q) == list{"first", "the two thousandth"});
    REQUIRE(q.size() == 1999);
}

TEST_CASE("as many rows may wait as are allowed, in all queues together, and not one more") {
    store_stats stats;
    waiting_units waiting{stats, 2, no_limit};
    const auto one = message(1, "");
    REQUIRE(waiting.take_in(*one));
    REQUIRE(waiting.take_in(*one));
    REQUIRE_FALSE(waiting.take_in(*one));
    REQUIRE(stats.queue_rows == 2);
    REQUIRE(stats.queue_bytes == 2 * overhead);
    waiting.let_go(*one);
    REQUIRE(waiting.take_in(*one));
    waiting.let_go(*one);
    waiting.let_go(*one);
    REQUIRE(stats.queue_rows == 0);
    REQUIRE(stats.queue_bytes == 0);
}

TEST_CASE("as many bytes may wait as are allowed, and not one more; less still fits then") {
    store_stats stats;
    waiting_units waiting{stats, no_limit, 2 * overhead + 100};
    REQUIRE(waiting.take_in(*message(1, "", 60)));
    REQUIRE_FALSE(waiting.take_in(*message(1, "", 41)));
    REQUIRE(stats.queue_rows == 1);
    REQUIRE(stats.queue_bytes == overhead + 60);
    REQUIRE(waiting.take_in(*message(1, "", 40)));
}

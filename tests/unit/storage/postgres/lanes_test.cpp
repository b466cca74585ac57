// Which room is written by which lane, told by the server's process at the other end of its connection.
#include "postgres/parts.hpp"

#include "node.hpp"

#include <map>
#include <vector>

#include "catch.hpp"
#include "manual_clock.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::storage;

namespace {

constexpr std::size_t lanes = 4;

class four_lanes {
public:
    four_lanes() : parts_(io_.context(), options(), clock_) {}
    ~four_lanes() {
        parts_.stop();
        io_.finish();
    }
    four_lanes(const four_lanes&) = delete;
    four_lanes& operator=(const four_lanes&) = delete;

    // Asked of all at once.
    std::map<std::int64_t, std::int64_t> lanes_of(const std::vector<std::int64_t>& rooms) {
        std::map<std::int64_t, std::future<result<std::int64_t>>> asked;
        for (const auto room : rooms) asked[room] = start_asking(room);
        std::map<std::int64_t, std::int64_t> found;
        for (auto& [room, answer] : asked) found[room] = *answer.get();
        return found;
    }
    // The room need not be there.
    [[nodiscard]] std::future<result<std::int64_t>> start_asking(std::int64_t room) {
        auto ask = [](postgres::writing& w) -> async_result<std::int64_t> {
            const auto process = co_await w.db.run("SELECT pg_backend_pid()::bigint");
            co_return process.front().get<std::int64_t>(0);
        };
        return io_.start(postgres::write<std::int64_t>(parts_.rooms_writer, postgres::unit::kind::work, room_id{room}, 0, ask));
    }
    [[nodiscard]] const postgres_url& url() const { return parts_.options.url; }

private:
    static postgres_options options() {
        auto o = patient_options(postgres_server::shared().migrated_database());
        o.lanes = lanes;
        return o;
    }

    io_thread io_;
    manual_clock clock_;
    postgres::parts parts_;
};

std::vector<std::int64_t> numbers(std::int64_t first, std::int64_t step) {
    std::vector<std::int64_t> all;
    for (int i = 0; i < 400; ++i) all.push_back(first + i * step);
    return all;
}

}  // namespace

TEST_CASE("rooms are spread over all lanes, about as many to each, and each room keeps its own") {
    four_lanes node;
    // Neighbours; those that a sequence beside two others gives; a step that has a factor in common with the number of lanes.
    const auto rooms = GENERATE(numbers(1, 1), numbers(70'001, 3), numbers(4, 64));
    const auto first = node.lanes_of(rooms);
    std::map<std::int64_t, int> shares;
    for (const auto& [room, lane] : first) ++shares[lane];
    REQUIRE(shares.size() == lanes);
    for (const auto& [lane, share] : shares) {
        CAPTURE(share);
        REQUIRE(share > 50);
        REQUIRE(share < 200);
    }
    REQUIRE(node.lanes_of(rooms) == first);
}

TEST_CASE("a room that somebody has locked holds up its own lane, and the rooms of the others are written at once") {
    four_lanes node;
    stranger maker{node.url()};
    maker.ask(
        "INSERT INTO users (id, username, display_name, password_hash, locale, role, created_at) "
        "VALUES (1, 'sora', '', '', 'ko', 'user', now())");
    maker.ask("INSERT INTO rooms (kind, created_by, created_at, last_at) SELECT 2, 1, now(), now() FROM generate_series(1, 40)");
    std::vector<std::int64_t> rooms;
    for (std::int64_t room = 1; room <= 40; ++room) rooms.push_back(room);
    const auto where = node.lanes_of(rooms);
    constexpr std::int64_t locked = 7;
    held_room holder{node.url(), room_id{locked}};
    auto held_up = node.start_asking(locked);
    holder.await_waiter();
    std::vector<std::future<result<std::int64_t>>> behind, beside;
    for (const auto room : rooms) (where.at(room) == where.at(locked) ? behind : beside).push_back(node.start_asking(room));
    REQUIRE(beside.size() > 20);
    for (auto& answer : beside) REQUIRE(answer.get().has_value());
    for (auto& answer : behind) REQUIRE(answer.wait_for(std::chrono::seconds{0}) == std::future_status::timeout);
    holder.let_go();
    REQUIRE(*held_up.get() == where.at(locked));
    for (auto& answer : behind) REQUIRE(*answer.get() == where.at(locked));
}

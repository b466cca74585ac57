// Several nodes over one database: they write to the same rooms in one order, and see each other.
#include "node.hpp"
#include "room_log.hpp"

#include <algorithm>
#include <map>
#include <random>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using list = std::vector<std::string>;

namespace {

// Whether each commit of a room was told after those before it.
bool told_in_order(const world& w) {
    std::map<room_id, seq_t> last;
    return std::ranges::all_of(w.commits.all(), [&](const commit& c) { return c.head > std::exchange(last[c.room], c.head); });
}

}  // namespace

TEST_CASE("a key sent to two nodes at once is written once, and both answer with its seq") {
    const auto options = patient_options(postgres_server::shared().migrated_database());
    world a{nodes_with(options)};
    world b{nodes_with(options)};
    const auto sora = a.person("sora");
    const auto room = a.create(room_kind::group, sora, {}).room;
    for (int round = 0; round < 20; ++round) {
        const auto key = "key " + std::to_string(round);
        std::vector<std::future<result<posted>>> all;
        for (int i = 0; i < 6; ++i) {
            auto& w = i % 2 == 0 ? a : b;
            all.push_back(w.io().start(w.log().post(w.message(room, sora, "text", key))));
        }
        int first = 0;
        for (auto& one : all) {
            const auto answer = one.get();
            REQUIRE(answer->ordinal == round + 1);
            if (!answer->duplicate) ++first;
        }
        REQUIRE(first == 1);
    }
    REQUIRE(whole_log(a, room).size() == 20);
    REQUIRE(a.commits.count() + b.commits.count() == 21);  // each told by the node that wrote it
}

namespace {

// What a node was told: rooms, authors and keys as they were sent.
struct told {
    room_id room;
    user_id author;
    std::string key;
    result<posted> answer = errc::internal;
};

task<std::vector<told>> post_all(room_log* log, room_id room, user_id author, list keys) {
    std::vector<told> all;
    for (auto& key : keys) {
        new_message m{room, author, key, "text of " + key, 0};
        auto answer = co_await log->post(std::move(m));
        if (answer) {
            auto moved = co_await log->mark_read(room, author, answer->ordinal);
            if (!moved) answer = moved.error();
        }
        all.push_back({room, author, key, std::move(answer)});
    }
    co_return all;
}

// Somebody who is brought in, speaks and leaves, over and over, while the other node does the same with the same person: any of
// it may be refused, because the other one was faster.
task<std::vector<told>> come_and_go(room_log* log, room_id room, user_id owner, user_id guest, list keys) {
    std::vector<told> all;
    for (auto& key : keys) {
        std::vector<user_id> one{guest};
        auto added = co_await log->add_members(room, owner, std::move(one));
        if (!added) throw std::runtime_error("not added: " + added.error().detail);
        new_message m{room, guest, key, "text of " + key, 0};
        auto answer = co_await log->post(std::move(m));
        all.push_back({room, guest, key, std::move(answer)});
        const auto left = co_await log->remove_member(room, guest, guest);
        if (!left && left.error().code != errc::not_a_member) throw std::runtime_error("did not leave: " + left.error().detail);
    }
    co_return all;
}

list shuffled_keys(const std::string& prefix, int count, unsigned seed) {
    list keys;
    for (int i = 0; i < count; ++i) keys.push_back(prefix + std::to_string(i));
    std::ranges::shuffle(keys, std::mt19937{seed});
    return keys;
}

struct hot_rooms {
    user_id owner;
    std::vector<user_id> members;
    std::vector<user_id> guests;
    std::vector<room_id> rooms;

    explicit hot_rooms(world& w) : owner(w.person("owner")) {
        for (int i = 0; i < 3; ++i) members.push_back(friend_of_owner(w, "member" + std::to_string(i)));
        for (int i = 0; i < 2; ++i) guests.push_back(friend_of_owner(w, "guest" + std::to_string(i)));
        for (int i = 0; i < 10; ++i) rooms.push_back(w.create(room_kind::group, owner, members).room);
    }
    // Everybody in every room, with the same keys in another order on each node.
    void start_all(world& w, unsigned seed, std::vector<std::future<std::vector<told>>>& started) const {
        for (const auto room : rooms) {
            for (const auto m : members)
                started.push_back(w.io().start(post_all(&w.log(), room, m, shuffled_keys("k", 25, ++seed))));
            for (const auto g : guests)
                started.push_back(w.io().start(come_and_go(&w.log(), room, owner, g, shuffled_keys("g", 5, ++seed))));
        }
    }

private:
    user_id friend_of_owner(world& w, const std::string& name) const {
        const auto one = w.person(name);
        w.befriend(owner, one);
        return one;
    }
};

}  // namespace

TEST_CASE("two nodes write to the same ten rooms: one order, no key twice, no answer wrong, no deadlock") {
    auto& server = postgres_server::shared();
    const auto said_before = server.log().size();
    failure_recorder said;
    auto options = patient_options(server.migrated_database());
    options.ears.failed = said.ear();
    world a{nodes_with(options)};
    world b{nodes_with(options)};
    const hot_rooms hot{a};
    std::vector<std::future<std::vector<told>>> started;
    hot.start_all(a, 1, started);
    hot.start_all(b, 1'000'000, started);
    std::vector<told> all;
    for (auto& one : started) std::ranges::move(one.get(), std::back_inserter(all));

    std::map<room_id, log_by_key> logs;
    for (const auto room : hot.rooms) logs[room] = whole_log(a, room);
    std::size_t refused = 0;
    for (const auto& t : all) {
        const bool guest = std::ranges::find(hot.guests, t.author) != hot.guests.end();
        if (!t.answer) {
            REQUIRE(guest);
            REQUIRE(t.answer.error().code == errc::not_a_member);
            ++refused;
            continue;
        }
        const auto row = logs[t.room].find({t.author, t.key});
        REQUIRE(row != logs[t.room].end());
        REQUIRE(t.answer->seq == row->second.seq);
        REQUIRE(t.answer->ordinal == row->second.ordinal);
    }
    REQUIRE(refused < all.size() / 2);
    for (const auto room : hot.rooms) {
        const auto members = a.get(b.rooms().members(room, {}, 100));
        REQUIRE(static_cast<std::int64_t>(members.size()) == a.get(a.rooms().member_count(room)));
        for (const auto& m : members) {
            ordinal_t last = 0;
            for (const auto& [key, numbers] : logs[room])
                if (key.first == m.user.id) last = std::max(last, numbers.ordinal);
            REQUIRE(m.read_ordinal >= last);
        }
    }
    REQUIRE(told_in_order(a));
    REQUIRE(told_in_order(b));
    REQUIRE(said.all().empty());
    REQUIRE(server.log().find("deadlock detected", said_before) == std::string::npos);
}

TEST_CASE("nodes of one database see each other, as long as they are there") {
    const auto options = patient_options(postgres_server::shared().migrated_database());
    world a{nodes_with(options)};
    const auto there = [&] { return a.get(a.store().nodes()); };
    a.create(room_kind::group, a.person("jun"), {});  // by then a lane is connected
    REQUIRE(there() == 1);
    {
        world b{nodes_with(options)};
        b.create(room_kind::group, b.person("min"), {});
        REQUIRE(there() == 2);
        REQUIRE(b.get(b.store().nodes()) == 2);
    }
    await([&] { return there() == 1; });
}

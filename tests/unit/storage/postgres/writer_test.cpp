// The lanes against a real server: one unit's fault is its own, queues are bounded, and several nodes write to the same rooms.
#include "crowded_lane.hpp"

#include <algorithm>
#include <map>
#include <random>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using list = std::vector<std::string>;

namespace {

const std::string broken_text = "no UTF-8: \xff";  // PostgreSQL refuses it

using log_by_key = std::map<std::pair<user_id, std::string>, posted>;

// The messages of a room's log, which must be contiguous from 1 in seqs and in ordinals, and have no key twice.
log_by_key whole_log(world& w, room_id room) {
    log_by_key found;
    seq_t seq = 0;
    ordinal_t ordinal = 0;
    for (const auto& e : w.events(room)) {
        REQUIRE(e.seq == ++seq);
        const auto* m = std::get_if<message_posted>(&e.body);
        if (m == nullptr) continue;
        REQUIRE(m->ordinal == ++ordinal);
        posted numbers;
        numbers.seq = e.seq;
        numbers.ordinal = m->ordinal;
        REQUIRE(found.try_emplace({e.author, m->key}, numbers).second);
    }
    return found;
}

list texts_in(world& w, room_id room) {
    list texts;
    for (const auto& e : w.events(room))
        if (const auto* m = std::get_if<message_posted>(&e.body)) texts.push_back(m->text);
    return texts;
}

// Whether each commit of a room was told after those before it.
bool told_in_order(const world& w) {
    std::map<room_id, seq_t> last;
    return std::ranges::all_of(w.commits.all(), [&](const commit& c) { return c.head > std::exchange(last[c.room], c.head); });
}

}  // namespace

TEST_CASE("one bad row among two hundred in flight fails alone, and the others are committed in their order") {
    failure_recorder said;
    auto options = one_lane();
    options.ears.failed = said.ear();
    crowded_lane lane{options};
    const auto other = lane.new_room();
    lane.hold();
    std::vector<std::future<result<posted>>> good;
    std::future<result<posted>> bad;
    for (int i = 0; i < 200; ++i) {
        if (i == 77) bad = lane.start_post(lane.room, broken_text);
        good.push_back(lane.start_post(i % 2 == 0 ? lane.room : other, "text " + std::to_string(i)));
    }
    lane.let_go(201);
    REQUIRE(bad.get().error().code == errc::internal);
    for (int i = 0; i < 200; ++i) {
        const auto answer = good[static_cast<std::size_t>(i)].get();
        REQUIRE(answer.has_value());
        REQUIRE(answer->ordinal == 1 + i / 2);
        REQUIRE(answer->seq == 2 + i / 2);  // after the join
    }
    REQUIRE(whole_log(lane.w, lane.room).size() == 100);
    REQUIRE(whole_log(lane.w, other).size() == 100);
    REQUIRE_FALSE(said.all().empty());
    REQUIRE(said.all().size() < 40);  // batches were halved, not taken apart
    REQUIRE(lane.w.store().stats().queue_rows == 0);
    REQUIRE(lane.w.store().stats().queue_bytes == 0);
}

TEST_CASE("one bad piece of work among others fails alone, and leaves no trace") {
    crowded_lane lane{one_lane()};
    std::vector<room_id> rooms;
    for (int i = 0; i < 7; ++i) rooms.push_back(lane.new_room());
    lane.hold();
    std::vector<std::future<result<>>> renamed;
    for (std::size_t i = 0; i < rooms.size(); ++i)
        renamed.push_back(lane.w.io().start(lane.w.log().rename(rooms[i], lane.me, i == 3 ? broken_text : "new name")));
    lane.let_go(rooms.size());
    for (std::size_t i = 0; i < rooms.size(); ++i) {
        const auto answer = renamed[i].get();
        REQUIRE(answer.has_value() == (i != 3));
        const auto view = lane.w.get(lane.w.rooms().room_of(lane.me, rooms[i]));
        REQUIRE(view.name == (i == 3 ? "" : "new name"));
        REQUIRE(view.last_seq == (i == 3 ? 1 : 2));
        if (i == 3) REQUIRE(answer.error().code == errc::internal);
    }
}

TEST_CASE("a full queue refuses at once, says when to come back, and nothing of it is written") {
    auto options = one_lane();
    const bool by_rows = GENERATE(true, false);
    options.queue_rows = by_rows ? 5 : 1000;
    options.queue_bytes = by_rows ? 1 << 20 : 5 * 1400;
    crowded_lane lane{options};
    const std::string text(1100, 'x');
    lane.hold();
    std::vector<std::future<result<posted>>> taken;
    while (lane.w.store().stats().queue_rows < 5)
        if (taken.size() < 4) taken.push_back(lane.start_post(lane.room, text));
    const auto refused = lane.start_post(lane.room, "too much" + text, "again").get();  // while the lane stands still
    REQUIRE(refused.error().code == errc::too_busy);
    REQUIRE(refused.error().retry_after > std::chrono::milliseconds{0});
    REQUIRE(lane.w.store().stats().refused == 1);
    REQUIRE(lane.w.store().stats().queue_rows == 5);
    lane.let_go(4);
    for (auto& answer : taken) REQUIRE(answer.get().has_value());
    REQUIRE(texts_in(lane.w, lane.room) == list(4, text));
    const auto again = lane.start_post(lane.room, "now", "again").get();
    REQUIRE(again.has_value());
    REQUIRE_FALSE(again->duplicate);
}

TEST_CASE("a key repeated inside one batch gets the first one's seq and text") {
    crowded_lane lane{one_lane()};
    lane.hold();
    std::vector<std::future<result<posted>>> all;
    for (const auto* text : {"first", "second", "third"}) {
        all.push_back(lane.start_post(lane.room, text, "key"));
        all.push_back(lane.start_post(lane.room, text, "other key"));
    }
    lane.let_go(6);
    for (std::size_t i = 0; i < all.size(); ++i) {
        const auto answer = all[i].get();
        REQUIRE(answer->seq == static_cast<seq_t>(2 + i % 2));
        REQUIRE(answer->ordinal == static_cast<ordinal_t>(1 + i % 2));
        REQUIRE(answer->duplicate == (i >= 2));
    }
    REQUIRE(texts_in(lane.w, lane.room) == list{"first", "first"});
}

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

TEST_CASE("messages to somebody who hid the direct room keep their order, across batches too, and bring it back once") {
    auto options = one_lane();
    options.batch_rows = 4;
    crowded_lane lane{options};
    auto& w = lane.w;
    const auto jun = w.person("jun");
    const auto direct = w.direct(lane.me, jun);
    w.say(direct, lane.me, "before");
    w.get(w.log().remove_member(direct, jun, jun));
    REQUIRE(w.refused(w.rooms().seat_of(jun, direct)) == errc::not_a_member);
    const auto told_before = w.commits.count();
    lane.hold();
    std::vector<std::future<result<posted>>> to_jun, to_others;
    list sent;
    for (int i = 0; i < 10; ++i) {
        sent.push_back("text " + std::to_string(i));
        to_jun.push_back(lane.start_post(direct, sent.back()));
        to_others.push_back(lane.start_post(lane.room, sent.back()));
    }
    lane.let_go(20);
    for (int i = 0; i < 10; ++i) {
        REQUIRE(to_jun[static_cast<std::size_t>(i)].get()->ordinal == 2 + i);
        REQUIRE(to_others[static_cast<std::size_t>(i)].get()->ordinal == 1 + i);
    }
    REQUIRE(texts(w.timeline(jun, direct)) == sent);
    REQUIRE(texts_in(w, lane.room) == sent);
    std::vector<std::size_t> joined;
    seq_t head = 2;
    for (const auto& c : w.commits.all()) {
        if (c.room != direct || c.head <= 2) continue;
        REQUIRE(c.head == ++head);
        joined.push_back(c.joined.size());
    }
    REQUIRE(head == 12);
    REQUIRE(joined == std::vector<std::size_t>{1, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    REQUIRE(w.commits.count() == told_before + 21);
    REQUIRE(w.store().stats().queue_rows == 0);
    REQUIRE(w.store().stats().queue_bytes == 0);
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

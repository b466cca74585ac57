// One transaction of messages, with and without some that are refused (config/migrations/postgres/0005_posting.sql).
#include "crowded_lane.hpp"

#include <optional>
#include <vector>

#include "catch.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::domain;

namespace {

struct busy_rooms {
    crowded_lane lane{one_lane()};
    world& w = lane.w;
    user_id jun = w.person("jun");
    user_id stranger = w.person("stranger");
    room_id other = lane.new_room();
    std::vector<std::future<result<posted>>> all = {};

    busy_rooms() {
        w.befriend(lane.me, jun);
        for (const auto room : {lane.room, other}) w.get(w.log().add_members(room, lane.me, {jun}));
    }
    void start(room_id room, user_id author, const std::string& text, const std::string& key = {}, seq_t reply_to = 0) {
        all.push_back(w.io().start(w.log().post(w.message(room, author, text, key, reply_to))));
    }
};

}  // namespace

TEST_CASE("messages of several authors and rooms in one transaction are numbered in their order, and read by their authors") {
    busy_rooms b;
    const auto first = b.w.say(b.lane.room, b.lane.me, "before");
    b.lane.hold();
    for (int i = 0; i < 3; ++i) {
        b.start(b.lane.room, b.lane.me, "a");
        b.start(b.other, b.jun, "b");
        b.start(b.lane.room, b.jun, "c", {}, first.seq);
    }
    b.lane.let_go(b.all.size());
    std::vector<ordinal_t> ordinals;
    for (auto& one : b.all) ordinals.push_back(one.get()->ordinal);
    REQUIRE(ordinals == std::vector<ordinal_t>{2, 1, 3, 4, 2, 5, 6, 3, 7});
    for (const auto& m : b.w.get(b.w.rooms().room_of(b.jun, b.lane.room)).members)
        REQUIRE(m.read_ordinal == (m.user.id == b.jun ? 7 : 6));
    REQUIRE(b.w.events(b.lane.room).back().seq == first.seq + 6);
}

TEST_CASE(
    "a repeated key, a stranger and a reply to nothing take no number from their neighbours, and the server logs no error") {
    busy_rooms b;
    const auto before = b.w.say(b.lane.room, b.lane.me, "before", "key");
    auto& server = postgres_server::shared();
    const auto said = server.log().size();
    b.lane.hold();
    b.start(b.lane.room, b.lane.me, "one");
    std::optional<errc> refusal;
    SECTION("a key") { b.start(b.lane.room, b.lane.me, "again", "key"); }
    SECTION("a stranger") {
        refusal = errc::not_a_member;
        b.start(b.lane.room, b.stranger, "let me in");
    }
    SECTION("a reply") {
        refusal = errc::invalid_request;
        b.start(b.lane.room, b.lane.me, "to what?", {}, 1000);
    }
    SECTION("a room that is not there") {
        refusal = errc::not_a_member;
        b.start(room_id{1'000'000'000}, b.lane.me, "hello?");
    }
    b.start(b.lane.room, b.jun, "two");
    b.start(b.other, b.jun, "three");
    b.lane.let_go(b.all.size());
    REQUIRE(b.all[0].get()->seq == before.seq + 1);
    const auto odd = b.all[1].get();
    REQUIRE((odd ? odd->duplicate && odd->seq == before.seq : refusal == odd.error().code));
    REQUIRE(b.all[2].get()->seq == before.seq + 2);
    REQUIRE(b.all[3].get()->ordinal == 1);
    REQUIRE(b.w.events(b.lane.room).size() == static_cast<std::size_t>(before.seq) + 2);
    REQUIRE(server.log().substr(said).find("ERROR") == std::string::npos);
}

// Judged by what stands there when the room is locked, not by what was there when its message came.
TEST_CASE("who was removed while their message waited for the room is refused") {
    busy_rooms b;
    const auto before = b.w.events(b.lane.room).size();
    const auto its = "room_id = " + std::to_string(b.lane.room.value);
    stranger other_node{b.lane.url};
    other_node.ask("BEGIN");
    other_node.ask("SELECT FROM rooms WHERE id = " + std::to_string(b.lane.room.value) + " FOR NO KEY UPDATE");
    b.start(b.lane.room, b.jun, "too late");
    other_node.await_waiter();
    other_node.ask("DELETE FROM members WHERE " + its + " AND user_id = " + std::to_string(b.jun.value));
    other_node.ask("COMMIT");
    REQUIRE(b.all.front().get().error().code == errc::not_a_member);
    REQUIRE(b.w.events(b.lane.room).size() == before);
}

TEST_CASE("a message that waited for its room is numbered behind what another node wrote meanwhile") {
    busy_rooms b;
    const auto first = b.w.say(b.lane.room, b.lane.me, "before");
    const auto its = std::to_string(b.lane.room.value);
    stranger other_node{b.lane.url};
    other_node.ask("BEGIN");
    other_node.ask("UPDATE rooms SET last_seq = last_seq + 1, last_ordinal = last_ordinal + 1 WHERE id = " + its);
    b.start(b.lane.room, b.jun, "behind");
    other_node.await_waiter();
    other_node.ask("INSERT INTO events (room_id, seq, author_id, created_at, ordinal, kind, key, body) VALUES (" + its + ", " +
                   std::to_string(first.seq + 1) + ", " + std::to_string(b.lane.me.value) + ", now(), " +
                   std::to_string(first.ordinal + 1) + ", 1, 'k', 'meanwhile')");
    other_node.ask("COMMIT");
    const auto behind = b.all.front().get();
    REQUIRE(behind->seq == first.seq + 2);
    REQUIRE(behind->ordinal == first.ordinal + 2);
}

// Ids follow each other, so somebody may guess the next one and post to it while it is being made.
TEST_CASE("a room that comes while its message waits for another room is locked like all, or there is none") {
    busy_rooms b;
    const std::string guessed = "5000000";
    const auto me = std::to_string(b.lane.me.value);
    held_room held{b.lane.url, b.lane.room};
    stranger maker{b.lane.url}, hider{b.lane.url};
    b.lane.hold();
    b.start(b.lane.room, b.lane.me, "known");
    b.start(room_id{5'000'000}, b.lane.me, "guessed");
    b.lane.let_go(b.all.size());
    held.await_waiter();
    maker.ask("INSERT INTO rooms (id, kind, created_by, created_at, last_at, last_seq, member_count, guarded) VALUES (" +
              guessed + ", 2, " + me + ", now(), now(), 1, 1, false)");
    maker.ask("INSERT INTO members (room_id, user_id, role, joined_at, visible_from, read_ordinal) VALUES (" + guessed + ", " +
              me + ", 3, now(), 0, 0)");
    maker.ask("INSERT INTO events (room_id, seq, author_id, created_at, kind, body) VALUES (" + guessed + ", 1, " + me +
              ", now(), 2, '[" + me + "]')");
    hider.ask("BEGIN");
    hider.ask("UPDATE rooms SET guarded = true WHERE id = " + guessed);
    held.let_go();
    hider.await_waiter();
    hider.ask("COMMIT");
    REQUIRE(b.all.front().get().has_value());
    (void)b.all.back().get();
    const auto last = maker.value("SELECT last_seq::text FROM rooms WHERE id = " + guessed);
    REQUIRE(maker.value("SELECT max(seq)::text FROM events WHERE room_id = " + guessed) == last);
    REQUIRE(b.w.say(room_id{5'000'000}, b.lane.me, "and on").seq == std::stoll(last) + 1);
}

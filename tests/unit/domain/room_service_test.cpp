#include "madang/domain/room_service.hpp"

#include "fake_rooms.hpp"
#include "run_task.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::domain;
using namespace madang::domain::test;
using madang::test::run_task;

namespace {

struct rooms_bench {
    // A room where I see everything after `visible_from`.
    void room(std::int64_t n, seq_t last, seq_t visible_from = 0) {
        rooms.fill(n, last);
        rooms.sit(me.value, n, visible_from, last);
    }
    result<sync_answer> sync(std::vector<known_position> known, std::string epoch = "e1") {
        return run_task(service.sync(me, std::move(epoch), std::move(known)));
    }

    fake_room_store rooms;
    fake_room_log log;
    epoch history{"e1"};
    room_service service{rooms, log, history};
};

known_position knows(std::int64_t room, seq_t seq) { return {room_id{room}, seq}; }

// The last event is an edit of that message.
void edit_last(std::vector<event>& log, seq_t target) { log.back().body = message_edited{target, "secret", {}}; }

}  // namespace

TEST_CASE("sync gives what came after each position, and nothing where nothing came") {
    rooms_bench b;
    b.room(5, 10);
    b.room(6, 3);
    const auto answer = b.sync({knows(5, 7), knows(6, 3)}).value();
    REQUIRE(answer.rooms.size() == 2);
    const auto& page = answer.rooms[0].page;
    REQUIRE(page.log.size() == 3);
    REQUIRE(page.log.first() == 8);
    REQUIRE(page.last_seq == 10);
    REQUIRE_FALSE(page.has_more);
    REQUIRE(answer.rooms[1].room == room_id{6});
    REQUIRE(answer.rooms[1].page.log.empty());
    REQUIRE(answer.rooms[1].page.last_seq == 3);
    REQUIRE_FALSE(answer.rooms[1].page.has_more);
    REQUIRE(answer.added.empty());
    REQUIRE(answer.removed.empty());
}

TEST_CASE("sync gives a hundred events of a room and says that there are more") {
    rooms_bench b;
    b.room(5, 150);
    const auto page = b.sync({knows(5, 0)}).value().rooms.at(0).page;
    REQUIRE(page.log.size() == 100);
    REQUIRE(page.log.last() == 100);
    REQUIRE(page.last_seq == 150);
    REQUIRE(page.has_more);
}

TEST_CASE("sync reads five thousand events in all; the rooms after that say that they have more") {
    rooms_bench b;
    std::vector<known_position> known;
    for (std::int64_t n = 1; n <= 52; ++n) {
        b.room(n, 99);
        known.push_back(knows(n, 0));
    }
    const auto answer = b.sync(known).value();
    REQUIRE(answer.rooms.size() == 52);
    std::size_t events = 0;
    for (const auto& delta : answer.rooms) events += delta.page.log.size();
    REQUIRE(events == room_service::sync_events);
    REQUIRE(answer.rooms[49].page.log.size() == 99);
    REQUIRE_FALSE(answer.rooms[49].page.has_more);
    REQUIRE(answer.rooms[50].page.log.size() == 50);
    REQUIRE(answer.rooms[50].page.has_more);
    REQUIRE(answer.rooms[51].page.log.empty());
    REQUIRE(answer.rooms[51].page.has_more);
    REQUIRE(answer.rooms[51].page.last_seq == 99);
    REQUIRE(b.rooms.asked.size() == 51);
}

TEST_CASE("sync names the rooms that came and those that are gone") {
    rooms_bench b;
    b.room(5, 1);
    b.room(7, 1);
    const auto answer = b.sync({knows(5, 1), knows(6, 40)}).value();
    REQUIRE(answer.removed == std::vector{room_id{6}});
    REQUIRE(answer.added.size() == 1);
    REQUIRE(answer.added[0].id == room_id{7});
}

TEST_CASE("sync never reads what I may not see") {
    rooms_bench b;
    b.room(5, 11, 8);
    edit_last(b.rooms.logs[room_id{5}], 3);
    const auto page = b.sync({knows(5, 2)}).value().rooms.at(0).page;
    REQUIRE(page.log.size() == 3);
    REQUIRE(page.log.first() == 9);
    REQUIRE(page.log.json().find("secret") == std::string::npos);
}

TEST_CASE("a position of another epoch, or from the future, makes the client reload") {
    rooms_bench b;
    b.room(5, 10);
    REQUIRE(b.sync({knows(5, 10)}, "e0").error().code == errc::conflict);
    REQUIRE(b.sync({knows(5, 11)}).error().code == errc::conflict);
    REQUIRE(b.sync({knows(5, 10)}).has_value());
}

TEST_CASE("a sync that cannot read answers with the error, not with a part") {
    rooms_bench b;
    b.room(5, 10);
    b.rooms.broken = true;
    b.rooms.events_fail = errc::unavailable;
    REQUIRE(b.sync({knows(5, 3)}).error().code == errc::unavailable);
}

TEST_CASE("the event log is for members, from where they may see, in pages") {
    rooms_bench b;
    b.room(5, 10, 4);
    REQUIRE(run_task(b.service.log(me, room_id{6}, 0, 10)).error().code == errc::not_a_member);
    const auto first = run_task(b.service.log(me, room_id{5}, 0, 4)).value();
    REQUIRE(first.log.size() == 4);
    REQUIRE(first.log.first() == 5);
    REQUIRE(first.last_seq == 10);
    REQUIRE(first.has_more);
    const auto last = run_task(b.service.log(me, room_id{5}, 8, 4)).value();
    REQUIRE(last.log.size() == 2);
    REQUIRE_FALSE(last.has_more);
    REQUIRE(run_task(b.service.log(me, room_id{5}, 10, 4)).value().log.empty());
}

TEST_CASE("the message behind a used key is its author's, also after leaving the room") {
    const auto used = [](seq_t seq) {
        posted p;
        p.seq = seq;
        p.duplicate = true;
        return p;
    };
    rooms_bench b;
    b.rooms.fill(5, 3);
    REQUIRE(run_task(b.service.acknowledged(me, room_id{5}, used(2))).value().event.seq == 2);
    REQUIRE(run_task(b.service.acknowledged(user_id{2}, room_id{5}, used(2))).error().code == errc::not_found);
    REQUIRE(run_task(b.service.acknowledged(me, room_id{5}, used(9))).error().code == errc::not_found);
}

TEST_CASE("a new message is shown to its author as it was written, without another look") {
    rooms_bench b;  // whose store has no such room
    event e;
    e.room = room_id{5};
    e.seq = 7;
    e.author = me;
    message_posted body;
    body.text = "hello";
    e.body = body;
    posted p;
    p.seq = 7;
    p.event = std::make_shared<const event>(e);
    p.members = 3;
    const auto shown = run_task(b.service.acknowledged(me, room_id{5}, p)).value();
    REQUIRE(shown.event.seq == 7);
    REQUIRE(std::get<message_posted>(shown.event.body).text == "hello");
    REQUIRE(shown.unread_by == 2);
}

TEST_CASE("opening a room answers with the room as its creator sees it, and says whether it was there") {
    rooms_bench b;
    b.room(5, 1);
    room_log::created made;
    made.room = room_id{5};
    made.existed = true;
    b.log.creates = made;
    new_room wish;
    wish.creator = me;
    const auto opened = run_task(b.service.open(wish)).value();
    REQUIRE(opened.existed);
    REQUIRE(opened.room.name == "of 1");
    b.log.creates = errc::not_friends;
    REQUIRE(run_task(b.service.open(wish)).error().code == errc::not_friends);
}

TEST_CASE("an invitation names who was added and is still there") {
    rooms_bench b;
    b.rooms.sit(2, 5, 0, 1);
    b.log.adds = std::vector{user_id{2}, user_id{3}};
    const auto added = run_task(b.service.invite(me, room_id{5}, {user_id{2}, user_id{3}})).value();
    REQUIRE(added.size() == 1);
    REQUIRE(added[0].user.id == user_id{2});
}

TEST_CASE("an invitation whose answer cannot be read does not say that nobody was added") {
    rooms_bench b;
    b.log.adds = std::vector{user_id{2}};
    b.rooms.broken = true;
    b.rooms.events_fail = errc::unavailable;
    REQUIRE(run_task(b.service.invite(me, room_id{5}, {user_id{2}})).error().code == errc::unavailable);
}

TEST_CASE("members are shown to members alone") {
    rooms_bench b;
    REQUIRE(run_task(b.service.members(me, room_id{5}, {}, 10)).error().code == errc::not_a_member);
}

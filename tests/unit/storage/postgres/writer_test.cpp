// The lanes against a real server: one unit's fault is its own, queues are bounded, and who comes back does it once.
#include "crowded_lane.hpp"
#include "room_log.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using list = std::vector<std::string>;

namespace {

const std::string broken_text = "no UTF-8: \xff";  // PostgreSQL refuses it

list texts_in(world& w, room_id room) {
    list texts;
    for (auto page = w.events(room); !page.empty(); page = w.get(w.rooms().events(room, page.back().seq, 1000)))
        for (const auto& e : page)
            if (const auto* m = std::get_if<message_posted>(&e.body)) texts.push_back(m->text);
    return texts;
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

TEST_CASE("what our role may not do is refused alone, as something that an administrator can mend") {
    auto options = one_lane();
    stranger administrator{options.url};
    options.url = for_plain_role(options.url);
    crowded_lane lane{options};
    const auto said = lane.w.say(lane.room, lane.me, "before").seq;
    administrator.ask("REVOKE INSERT ON reactions FROM plain");
    lane.hold();
    auto first = lane.start_post(lane.room, "first");
    const auto react = [&] { return lane.w.log().react(lane.room, said, lane.me, "👍", true); };
    auto reaction = lane.w.io().start(react());
    auto second = lane.start_post(lane.room, "second");
    lane.let_go(3);
    REQUIRE(reaction.get().error().code == errc::unavailable);
    REQUIRE(first.get().has_value());
    REQUIRE(second.get().has_value());
    administrator.ask("GRANT INSERT ON reactions TO plain");
    REQUIRE(lane.w.io().run(react()).has_value());
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

TEST_CASE("a batch of many times what a socket takes at once is written whole") {
    auto options = one_lane();
    options.batch_bytes = options.queue_bytes;
    crowded_lane lane{options};
    lane.hold();
    list texts;
    std::vector<std::future<result<posted>>> all;
    for (int i = 0; i < 240; ++i) {
        texts.push_back(std::string(12'000, static_cast<char>('a' + i % 26)) + std::to_string(i));
        all.push_back(lane.start_post(lane.room, texts.back()));
    }
    const auto batches = lane.w.store().stats().batches.load();
    lane.let_go(texts.size());
    for (auto& answer : all) REQUIRE(answer.get().has_value());
    REQUIRE(lane.w.store().stats().batches == batches + 2);  // with the one on its way
    REQUIRE(texts_in(lane.w, lane.room) == texts);
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

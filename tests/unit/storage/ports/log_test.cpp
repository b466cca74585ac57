// The raw log: pages of it, what they show of changes, and who sees it from where.
#include "world.hpp"

#include "madang/domain/encode.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::domain;

TEST_CASE("the raw log is contiguous and read in pages; seats say where each room stands") {
    world w{EACH_STORE};
    const auto me = w.person("sora");
    const auto room = w.create(room_kind::direct, me, {}).room;
    for (int i = 0; i < 4; ++i) w.get(w.log().react(room, w.say(room, me, "text").seq, me, "👍", true));
    const auto other = w.create(room_kind::group, me, {}).room;
    seq_t expected = 0;
    for (auto page = w.get(w.rooms().events(room, 0, 4)); !page.empty(); page = w.get(w.rooms().events(room, expected, 4)))
        for (const auto& e : page) REQUIRE(e.seq == ++expected);
    REQUIRE(expected == 9);
    const auto seats = w.get(w.rooms().seats_of(me));
    REQUIRE(seats.size() == 2);
    REQUIRE(seats[0].room == room);
    REQUIRE(seats[0].last_seq == 9);
    REQUIRE(seats[1].room == other);
    REQUIRE(seats[1].last_seq == 1);
}

TEST_CASE("in the log any number of edits show what their messages say now") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto room = w.create(room_kind::group, sora, {}).room;
    std::vector<seq_t> messages;
    for (int i = 0; i < 230; ++i) messages.push_back(w.say(room, sora, "then").seq);
    for (const auto seq : messages) w.get(w.log().edit(room, seq, sora, "now " + std::to_string(seq)));
    w.get(w.log().erase(room, messages[100], sora));
    const auto edits = w.get(w.rooms().events(room, messages.back(), messages.size()));
    REQUIRE(edits.size() == messages.size());
    for (std::size_t i = 0; i < edits.size(); ++i) {
        const auto& edit = body_of<message_edited>(edits[i]);
        REQUIRE(edit.target == messages[i]);
        REQUIRE(edit.text == (i == 100 ? "" : "now " + std::to_string(messages[i])));
        REQUIRE(edit.deleted_at.has_value() == (i == 100));
    }
}

TEST_CASE("the texts of edits count where a page of the log ends") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto room = w.create(room_kind::group, sora, {}).room;
    std::vector<seq_t> messages;
    for (int i = 0; i < 3; ++i) messages.push_back(w.say(room, sora, "then").seq);
    for (const auto seq : messages) w.get(w.log().edit(room, seq, sora, std::string(page_weight / 2, 'x')));
    for (const std::size_t limit : {3, 1000}) {
        REQUIRE(w.get(w.rooms().events(room, messages.back(), limit)).size() == 2);
        REQUIRE(w.get(w.rooms().events(room, messages.back() + 2, limit)).size() == 1);
    }
}

TEST_CASE("a member sees the log from behind what came before them, together with their seat") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto late = w.person("late");
    const auto stranger = w.person("stranger");
    const auto room = w.create(room_kind::group, sora, {}).room;
    const auto first = w.say(room, sora, "1").seq;
    w.say(room, sora, "2");
    w.join(room, sora, late);
    const auto seat = w.get(w.rooms().seat_of(late, room));
    w.say(room, late, "3");
    w.get(w.log().edit(room, first, sora, "one"));

    const auto limit = GENERATE(std::size_t{50}, std::size_t{1000});
    const auto seen_by = [&](user_id me, seq_t after) { return w.get(w.rooms().log_seen_by(me, room, after, limit)); };
    const auto whole = w.events(room);
    const auto all = seen_by(sora, 0);
    REQUIRE(all.where.visible_from == 0);
    REQUIRE(all.where.last_seq == whole.back().seq);
    REQUIRE(all.log.size() == whole.size());
    for (const auto& e : whole) REQUIRE(all.log.json(e.seq) == to_json(e));

    const auto mine = seen_by(late, 0);
    REQUIRE(mine.where.room == room);
    REQUIRE(mine.where.visible_from == seat.visible_from);
    REQUIRE(mine.where.last_seq == whole.back().seq);
    REQUIRE(mine.log.first() == seat.visible_from + 1);
    REQUIRE(mine.log.last() == whole.back().seq);
    REQUIRE(mine.log.json(whole.back().seq) == to_json(whole.back(), true));  // about what was before
    REQUIRE(seen_by(late, seat.last_seq).log.size() == 2);
    REQUIRE(seen_by(late, whole.back().seq).log.empty());
    REQUIRE(w.get(w.rooms().log_seen_by(sora, room, 1, 2)).log.size() == 2);
    REQUIRE(w.refused(w.rooms().log_seen_by(stranger, room, 0, limit)) == errc::not_a_member);
    REQUIRE(w.refused(w.rooms().log_seen_by(sora, room_id{99}, 0, limit)) == errc::not_a_member);
}

TEST_CASE("a seat tells the room's newest edit or deletion, and nothing else is one") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.create(room_kind::group, sora, {}).room;
    const auto first = w.say(room, sora, "1").seq;
    const auto second = w.say(room, sora, "2").seq;
    w.get(w.log().react(room, first, sora, "👍", true));
    w.get(w.log().rename(room, sora, "name"));
    w.join(room, sora, jun);
    w.get(w.log().set_role(room, sora, jun, member_role::admin));
    const auto here = [&](user_id me) { return w.get(w.rooms().log_seat_of(me, room)); };
    REQUIRE(here(sora).last_change == 0);
    w.get(w.log().edit(room, first, sora, "one"));
    const auto edited = here(sora);
    REQUIRE(edited.last_change == edited.where.last_seq);
    w.say(room, jun, "3");
    REQUIRE(here(sora).last_change == edited.last_change);
    w.get(w.log().erase(room, second, sora));
    const auto erased = here(jun);
    REQUIRE(erased.last_change == erased.where.last_seq);
    REQUIRE(erased.where.room == room);
    REQUIRE(erased.where.visible_from == w.get(w.rooms().seat_of(jun, room)).visible_from);
    const auto other = w.create(room_kind::group, sora, {}).room;
    REQUIRE(w.get(w.rooms().log_seat_of(sora, other)).last_change == 0);
    REQUIRE(w.refused(w.rooms().log_seat_of(jun, other)) == errc::not_a_member);
    REQUIRE(w.refused(w.rooms().log_seat_of(jun, room_id{99})) == errc::not_a_member);
}

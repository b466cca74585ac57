#include "shown.hpp"
#include "world.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using list = std::vector<std::string>;

namespace {

// A note to self with messages "1", "2"... at seq 2, 4, 6..., each followed by a reaction.
room_id numbered(world& w, user_id me, int messages) {
    const auto room = w.create(room_kind::direct, me, {}).room;
    for (int i = 1; i <= messages; ++i) {
        const auto seq = w.say(room, me, std::to_string(i)).seq;
        w.get(w.log().react(room, seq, me, "👍", true));
    }
    return room;
}

timeline_range before(seq_t seq, std::size_t limit) { return {.before = seq, .after = {}, .around = 0, .limit = limit}; }
timeline_range after(seq_t seq, std::size_t limit) { return {.before = 0, .after = seq, .around = 0, .limit = limit}; }
timeline_range around(seq_t seq, std::size_t limit) { return {.before = 0, .after = {}, .around = seq, .limit = limit}; }

}  // namespace

TEST_CASE("the newest page, the pages before it, and the first one") {
    world w{EACH_STORE};
    const auto me = w.person("sora");
    const auto room = numbered(w, me, 5);
    const auto last = w.timeline(me, room, newest(2));
    REQUIRE(texts(last) == list{"4", "5"});
    REQUIRE(last.has_more);
    REQUIRE(last.last_seq == 11);
    const auto middle = w.timeline(me, room, before(last.items.front().event.seq, 2));
    REQUIRE(texts(middle) == list{"2", "3"});
    REQUIRE(middle.has_more);
    const auto first = w.timeline(me, room, before(middle.items.front().event.seq, 2));
    REQUIRE(texts(first) == list{"1"});
    REQUIRE(first.items.front().event.kind() == event_kind::join);
    REQUIRE_FALSE(first.has_more);
}

TEST_CASE("pages forward, from the beginning too") {
    world w{EACH_STORE};
    const auto me = w.person("sora");
    const auto room = numbered(w, me, 3);
    const auto first = w.timeline(me, room, after(0, 2));
    REQUIRE(first.items.front().event.seq == 1);
    REQUIRE(texts(first) == list{"1"});
    REQUIRE(first.has_more);
    const auto rest = w.timeline(me, room, after(2, 2));
    REQUIRE(texts(rest) == list{"2", "3"});
    REQUIRE_FALSE(rest.has_more);
    REQUIRE(w.timeline(me, room, after(7, 2)).items.empty());
}

TEST_CASE("around a message: it, what precedes it and what follows") {
    world w{EACH_STORE};
    const auto me = w.person("sora");
    const auto room = numbered(w, me, 5);
    const auto page = w.timeline(me, room, around(6, 3));
    REQUIRE(texts(page) == list{"2", "3", "4"});
    REQUIRE(page.has_more);
    const auto all = w.timeline(me, room, around(6, 100));
    REQUIRE(texts(all).size() == 5);
    REQUIRE_FALSE(all.has_more);
    REQUIRE(texts(w.timeline(me, room, around(6, 1))) == list{"3"});
}

TEST_CASE("a page shows messages with what happened to them later, and no events of that") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.group(sora, {jun});
    const auto kept = w.say(room, sora, "kpet").seq;
    const auto gone = w.say(room, jun, "gone").seq;
    w.get(w.log().edit(room, kept, sora, "kept"));
    w.get(w.log().react(room, kept, jun, "👍", true));
    w.get(w.log().react(room, gone, sora, "👎", true));
    w.get(w.log().erase(room, gone, jun));
    w.get(w.log().rename(room, sora, "name"));
    w.get(w.log().set_role(room, sora, jun, member_role::admin));
    w.get(w.log().remove_member(room, jun, jun));

    const auto page = w.timeline(sora, room);
    std::vector<event_kind> kinds;
    for (const auto& item : page.items) kinds.push_back(item.event.kind());
    using k = event_kind;
    REQUIRE(kinds == std::vector{k::join, k::message, k::message, k::rename, k::leave});
    REQUIRE(texts(page) == list{"kept", "-"});
    REQUIRE(body_of<message_posted>(page.items[1].event).edited_at);
    REQUIRE(page.items[1].reactions.size() == 1);
    REQUIRE_FALSE(page.items[1].reactions.front().mine);
    REQUIRE(page.items[2].reactions.empty());
}

TEST_CASE("unread_by counts the others who have not come so far") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto mina = w.person("mina");
    const auto late = w.person("late");
    const auto room = w.group(sora, {jun, mina});
    for (const auto* text : {"1", "2", "3"}) w.say(room, sora, text);
    w.join(room, sora, late);
    w.get(w.log().mark_read(room, jun, 2));
    const auto page = w.timeline(sora, room);
    REQUIRE(page.items[1].unread_by == 1);
    REQUIRE(page.items[2].unread_by == 1);
    REQUIRE(page.items[3].unread_by == 2);
    REQUIRE(w.get(w.rooms().message(jun, room, 4)).unread_by == 2);
    w.get(w.log().remove_member(room, mina, mina));
    REQUIRE(w.get(w.rooms().message(jun, room, 4)).unread_by == 1);
}

TEST_CASE("one message is found where it is one and may be seen") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto room = w.create(room_kind::group, sora, {}).room;
    const auto seq = w.say(room, sora, "x").seq;
    REQUIRE(body_of<message_posted>(w.get(w.rooms().message(sora, room, seq)).event).text == "x");
    REQUIRE(w.refused(w.rooms().message(sora, room, 1)) == errc::not_found);
    REQUIRE(w.refused(w.rooms().message(sora, room, 9)) == errc::not_found);
    REQUIRE(w.refused(w.rooms().message(w.person("stranger"), room, seq)) == errc::not_a_member);
    REQUIRE(w.refused(w.rooms().message(sora, room_id{99}, seq)) == errc::not_a_member);
}

TEST_CASE("a room's last message is the newest that this member may see") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.create(room_kind::group, sora, {}).room;
    const auto seq = w.say(room, sora, "before").seq;
    w.join(room, sora, jun);
    REQUIRE(w.get(w.rooms().room_of(sora, room)).last_message->seq == seq);
    REQUIRE_FALSE(w.get(w.rooms().room_of(jun, room)).last_message);
}

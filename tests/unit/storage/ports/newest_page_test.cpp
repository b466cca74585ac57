// The newest page as nobody in particular sees it, and one's own reactions: put together they are one's timeline.
#include "shown.hpp"
#include "world.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::domain;

namespace {

// A room in which everything has happened. `sora` sees all and has not reacted; `jun` sees all and has.
struct busy_room {
    explicit busy_room(world& world_) : w(world_) {
        for (int i = 0; i < 30; ++i) talk(std::to_string(i));
        w.get(w.log().remove_member(room, mina, mina));
        w.get(w.log().rename(room, sora, "name"));
        w.get(w.log().mark_read(room, jun, 40));
        w.get(w.log().react(room, talk("last"), late, "👍", true));
    }

    world& w;
    user_id sora = w.person("sora");
    user_id jun = w.person("jun");
    user_id mina = w.person("mina");
    user_id late = w.person("late");
    room_id room = w.group(sora, {jun, mina});

private:
    // A message of each, one of which is edited, and one deleted. Answers with the one that reactions are to.
    seq_t talk(const std::string& text) {
        const auto seq = w.say(room, sora, "t" + text).seq;
        w.say(room, jun, text, {}, seq);
        const auto deleted = w.say(room, jun, text).seq;
        w.get(w.log().edit(room, seq, sora, text));
        w.get(w.log().react(room, seq, jun, "👎", true));
        w.get(w.log().react(room, seq, jun, "👍", true));
        w.get(w.log().react(room, deleted, jun, "👍", true));
        w.get(w.log().erase(room, deleted, jun));
        if (text == "10") w.join(room, sora, late);
        return seq;
    }
};

// One's timeline from what everybody is shown.
timeline_page with_own(timeline_page page, const std::vector<room_store::own_reaction>& own) {
    for (const auto& mine : own)
        for (auto& item : page.items)
            for (auto& r : item.reactions) r.mine = r.mine || (item.event.seq == mine.seq && r.emoji == mine.emoji);
    return page;
}

using own_list = std::vector<std::pair<seq_t, std::string>>;

own_list listed(const std::vector<room_store::own_reaction>& all) {
    own_list found;
    for (const auto& r : all) found.emplace_back(r.seq, r.emoji);
    return found;
}

}  // namespace

TEST_CASE("the newest page is the timeline of a member who sees all and has not reacted, however long") {
    world w{EACH_STORE};
    const busy_room b{w};
    for (const std::size_t limit : {1, 2, 3, 4, 5, 50, 94, 95, 96, 97, 98, 100, 101, 200})
        REQUIRE(shown(w.get(w.rooms().newest_page(b.room, limit))) == shown(w.timeline(b.sora, b.room, newest(limit))));
    REQUIRE(w.get(w.rooms().newest_page(b.room, 90)).has_more);
    REQUIRE_FALSE(w.get(w.rooms().newest_page(b.room, 200)).has_more);
}

TEST_CASE("with one's own reactions it is one's own timeline") {
    world w{EACH_STORE};
    const busy_room b{w};
    for (const std::size_t limit : {1, 5, 50, 200}) {
        const auto page = w.get(w.rooms().newest_page(b.room, limit));
        const auto own = w.get(w.rooms().own_reactions(b.jun, b.room, page.items.front().event.seq));
        REQUIRE(shown(with_own(page, own)) == shown(w.timeline(b.jun, b.room, newest(limit))));
    }
}

TEST_CASE("the newest page ends at its bytes, as the timeline does") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto room = w.group(sora, {w.person("jun")});
    w.say(room, sora, "out of reach");
    for (const auto* letter : {"a", "b", "c", "d"}) w.say(room, sora, std::string(page_weight / 3, *letter));
    for (const std::size_t limit : {1, 3, 4, 50, 101}) {
        const auto page = w.get(w.rooms().newest_page(room, limit));
        REQUIRE(page.items.size() <= 4);
        REQUIRE(page.has_more);
        REQUIRE((shown(page) == shown(w.timeline(sora, room, newest(limit)))));  // without the text in the report
    }
}

TEST_CASE("a room of nothing but its beginning, one that everybody has left, and one that is not there") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto quiet = w.group(sora, {});
    REQUIRE(shown(w.get(w.rooms().newest_page(quiet, 10))) == shown(w.timeline(sora, quiet, newest(10))));
    w.get(w.log().remove_member(quiet, sora, sora));
    const auto left = w.get(w.rooms().newest_page(quiet, 10));
    REQUIRE(left.items.size() == 2);
    REQUIRE(left.last_seq == 2);
    const auto none = w.get(w.rooms().newest_page(room_id{999}, 10));
    REQUIRE(none.items.empty());
    REQUIRE(none.last_seq == 0);
    REQUIRE_FALSE(none.has_more);
}

TEST_CASE("the parts of a newest page are of one moment, whatever is being said") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.group(sora, {jun});
    std::vector<std::future<result<posted>>> said;
    for (int i = 0; i < 300; ++i) said.push_back(w.io().start(w.log().post(w.message(room, sora, "text"))));
    seq_t seen = 0;
    while (seen < 301) {
        const auto page = w.get(w.rooms().newest_page(room, 5));
        REQUIRE(page.items.back().event.seq == page.last_seq);
        REQUIRE(page.last_seq >= seen);
        for (const auto& item : page.items) REQUIRE(item.unread_by == (item.event.kind() == event_kind::message ? 1 : 0));
        seen = page.last_seq;
    }
    for (auto& one : said) REQUIRE(one.get().has_value());
}

TEST_CASE("own reactions are one's own that stand, from a message on, by seq and emoji") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.group(sora, {jun});
    const auto other = w.group(sora, {jun});
    const auto react = [&](room_id where, seq_t seq, user_id who, const char* emoji, bool on = true) {
        w.get(w.log().react(where, seq, who, emoji, on));
    };
    std::vector<seq_t> seqs;
    for (const auto* text : {"1", "2", "3", "4"}) seqs.push_back(w.say(room, sora, text).seq);
    react(room, seqs[2], jun, "b");
    react(room, seqs[2], jun, "a");
    react(room, seqs[0], jun, "a");
    react(room, seqs[1], jun, "a");
    react(room, seqs[1], jun, "a", false);
    react(room, seqs[3], jun, "c");
    react(room, seqs[3], sora, "s");
    react(other, w.say(other, sora, "text").seq, jun, "o");
    const auto from = [&](seq_t first) { return listed(w.get(w.rooms().own_reactions(jun, room, first))); };
    REQUIRE(from(0) == own_list{{seqs[0], "a"}, {seqs[2], "a"}, {seqs[2], "b"}, {seqs[3], "c"}});
    REQUIRE(from(seqs[2]) == own_list{{seqs[2], "a"}, {seqs[2], "b"}, {seqs[3], "c"}});
    REQUIRE(from(seqs[3] + 1).empty());
    REQUIRE(w.get(w.rooms().own_reactions(user_id{999}, room, 0)).empty());
    REQUIRE(w.get(w.rooms().own_reactions(jun, room_id{999}, 0)).empty());
    w.get(w.log().erase(room, seqs[2], sora));
    REQUIRE(from(seqs[0]) == own_list{{seqs[0], "a"}, {seqs[3], "c"}});
}

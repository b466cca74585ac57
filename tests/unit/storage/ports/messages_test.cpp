#include "world.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using list = std::vector<std::string>;

namespace {

message_posted posted_at(world& w, room_id room, seq_t seq) { return body_of<message_posted>(w.events(room).at(seq - 1)); }

}  // namespace

TEST_CASE("a message takes the next seq and the next ordinal, and is told to the listener") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.direct(sora, jun);
    const auto first = w.say(room, sora, "안녕", "key-1");
    REQUIRE(first.seq == 2);  // after the join
    REQUIRE(first.ordinal == 1);
    REQUIRE_FALSE(first.duplicate);
    const auto second = w.say(room, jun, "hi", {}, first.seq);
    REQUIRE(second.seq == 3);
    REQUIRE(second.ordinal == 2);

    const auto told = w.commits.last();
    REQUIRE(told.room == room);
    REQUIRE(told.event->seq == 3);
    REQUIRE(told.event->author == jun);
    REQUIRE(told.event->created_at == w.clock.now());
    REQUIRE(body_of<message_posted>(*told.event).ordinal == 2);
    REQUIRE(body_of<message_posted>(*told.event).reply_to == first.seq);
    REQUIRE(told.joined.empty());
    REQUIRE(posted_at(w, room, 2).key == "key-1");
    REQUIRE(posted_at(w, room, 2).text == "안녕");
}

TEST_CASE("a key used twice answers with the first seq, even with another text and by somebody who has left") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.group(sora, {jun});
    const auto first = w.say(room, jun, "one", "k");
    const auto told = w.commits.count();
    const auto again = w.say(room, jun, "another", "k");
    REQUIRE(again.duplicate);
    REQUIRE(again.seq == first.seq);
    REQUIRE(again.ordinal == first.ordinal);
    REQUIRE(w.commits.count() == told);
    // A key belongs to its author and its room.
    REQUIRE_FALSE(w.say(room, sora, "mine", "k").duplicate);
    REQUIRE_FALSE(w.say(w.direct(sora, jun), jun, "elsewhere", "k").duplicate);

    w.get(w.log().remove_member(room, jun, jun));
    REQUIRE(w.say(room, jun, "one", "k").seq == first.seq);
    REQUIRE(w.refused(w.log().post(w.message(room, jun, "new"))) == errc::not_a_member);
}

TEST_CASE("keys repeated within one batch are folded") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto room = w.create(room_kind::direct, sora, {}).room;
    std::vector<std::future<result<posted>>> answers;
    for (int i = 0; i < 40; ++i)
        answers.push_back(w.io().start(w.log().post(w.message(room, sora, "same", "k" + std::to_string(i % 4)))));
    int firsts = 0;
    for (auto& answer : answers) firsts += answer.get()->duplicate ? 0 : 1;
    REQUIRE(firsts == 4);
    REQUIRE(w.events(room).size() == 5);
}

TEST_CASE("strangers write nothing, whether or not the room exists") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto stranger = w.person("stranger");
    const auto room = w.direct(sora, jun);
    const auto seq = w.say(room, sora, "private").seq;
    for (const auto where : {room, room_id{12345}}) {
        REQUIRE(w.refused(w.log().post(w.message(where, stranger, "x"))) == errc::not_a_member);
        REQUIRE(w.refused(w.log().edit(where, seq, stranger, "x")) == errc::not_a_member);
        REQUIRE(w.refused(w.log().erase(where, seq, stranger)) == errc::not_a_member);
        REQUIRE(w.refused(w.log().react(where, seq, stranger, "👍", true)) == errc::not_a_member);
        REQUIRE(w.refused(w.log().mark_read(where, stranger, 1)) == errc::not_a_member);
        REQUIRE(w.refused(w.log().set_muted(where, stranger, true)) == errc::not_a_member);
        REQUIRE(w.refused(w.log().rename(where, stranger, "x")) == errc::not_a_member);
        REQUIRE(w.refused(w.log().add_members(where, stranger, {sora})) == errc::not_a_member);
        REQUIRE(w.refused(w.log().remove_member(where, stranger, sora)) == errc::not_a_member);
        REQUIRE(w.refused(w.log().set_role(where, stranger, sora, member_role::admin)) == errc::not_a_member);
    }
    REQUIRE(w.events(room).size() == 2);
}

TEST_CASE("a block, either way, silences both in their direct room and nowhere else") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto direct = w.direct(sora, jun);
    const auto group = w.group(sora, {jun});
    const auto seq = w.say(direct, sora, "hello").seq;
    w.get(w.contacts().block(jun, sora));
    for (const auto who : {sora, jun}) {
        REQUIRE(w.refused(w.log().post(w.message(direct, who, "x"))) == errc::blocked);
        REQUIRE(w.refused(w.log().react(direct, seq, who, "👍", true)) == errc::blocked);
        w.say(group, who, "in the group");
    }
    REQUIRE(w.refused(w.log().edit(direct, seq, sora, "changed")) == errc::blocked);
    w.get(w.log().erase(direct, seq, sora));
    w.get(w.contacts().unblock(jun, sora));
    w.say(direct, sora, "again");
}

TEST_CASE("a reply answers a message that its author may see") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.group(sora, {});
    const auto old = w.say(room, sora, "before jun").seq;
    w.join(room, sora, jun);
    const auto reply = [&](seq_t to) { return w.log().post(w.message(room, jun, "reply", {}, to)); };
    for (const seq_t nowhere : {seq_t{1}, old, seq_t{99}}) {
        const auto answer = w.io().run(reply(nowhere));
        REQUIRE(answer.error().code == errc::invalid_request);
        REQUIRE(answer.error().fields.front().field == "replyTo");
    }
    const auto seen = w.say(room, sora, "after").seq;
    w.get(reply(seen));
    w.get(w.log().post(w.message(room, sora, "sora saw it", {}, old)));
}

TEST_CASE("an edit changes the message and takes a seq, the same text again takes none") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.group(sora, {jun});
    const auto seq = w.say(room, jun, "frist").seq;
    REQUIRE(w.refused(w.log().edit(room, seq, sora, "x")) == errc::forbidden);
    REQUIRE(w.refused(w.log().edit(room, 1, jun, "x")) == errc::not_found);
    REQUIRE(w.refused(w.log().edit(room, 99, jun, "x")) == errc::not_found);
    w.clock.advance(std::chrono::seconds{5});
    w.get(w.log().edit(room, seq, jun, "first"));
    REQUIRE(body_of<message_edited>(*w.commits.last().event).text == "first");
    w.get(w.log().edit(room, seq, jun, "first"));
    w.get(w.log().edit(room, seq, jun, "first!"));
    REQUIRE(w.events(room).size() == 4);

    // Read later, the message and both edits show the present text.
    REQUIRE(posted_at(w, room, seq).text == "first!");
    REQUIRE(posted_at(w, room, seq).edited_at == w.clock.now());
    REQUIRE(body_of<message_edited>(w.events(room)[2]).text == "first!");
    REQUIRE(body_of<message_edited>(w.events(room)[2]).target == seq);
}

TEST_CASE("a deleted message keeps its place and loses its text and reactions everywhere") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto mina = w.person("mina");
    const auto room = w.group(sora, {jun, mina});
    const auto seq = w.say(room, jun, "secret", "k").seq;
    w.get(w.log().edit(room, seq, jun, "secret!"));
    w.get(w.log().react(room, seq, mina, "👍", true));
    REQUIRE(w.refused(w.log().erase(room, seq, mina)) == errc::forbidden);
    REQUIRE(w.refused(w.log().erase(room, 1, sora)) == errc::not_found);
    w.get(w.log().erase(room, seq, sora));  // as the owner
    REQUIRE(body_of<message_deleted>(*w.commits.last().event).target == seq);
    w.get(w.log().erase(room, seq, jun));  // again: no event
    REQUIRE(w.events(room).size() == 5);

    REQUIRE(posted_at(w, room, seq).text.empty());
    REQUIRE(posted_at(w, room, seq).deleted_at == w.clock.now());
    REQUIRE(body_of<message_edited>(w.events(room)[2]).text.empty());
    REQUIRE(body_of<message_edited>(w.events(room)[2]).deleted_at);
    REQUIRE(w.get(w.rooms().message(mina, room, seq)).reactions.empty());
    REQUIRE(w.refused(w.log().edit(room, seq, jun, "x")) == errc::not_found);
    REQUIRE(w.refused(w.log().react(room, seq, jun, "👍", true)) == errc::not_found);
    REQUIRE(w.say(room, jun, "secret", "k").duplicate);
}

TEST_CASE("an admin deletes what others wrote") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.group(sora, {jun});
    const auto seq = w.say(room, sora, "by the owner").seq;
    REQUIRE(w.refused(w.log().erase(room, seq, jun)) == errc::forbidden);
    w.get(w.log().set_role(room, sora, jun, member_role::admin));
    w.get(w.log().erase(room, seq, jun));
}

TEST_CASE("a reaction is set and taken back, and what is so already takes no seq") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.direct(sora, jun);
    const auto seq = w.say(room, sora, "lunch?").seq;
    w.get(w.log().react(room, seq, jun, "👍", true));
    w.get(w.log().react(room, seq, jun, "👍", true));
    w.get(w.log().react(room, seq, sora, "👍", true));
    w.get(w.log().react(room, seq, sora, "🍜", true));
    w.get(w.log().react(room, seq, sora, "🍕", false));
    REQUIRE(w.events(room).size() == 5);
    const auto on = body_of<reaction_set>(w.events(room)[2]);
    REQUIRE(on.emoji == "👍");
    REQUIRE(on.on);
    REQUIRE(on.target == seq);

    const auto counts = w.get(w.rooms().message(jun, room, seq)).reactions;
    REQUIRE(counts.size() == 2);
    const auto& thumbs = counts[0].emoji == "👍" ? counts[0] : counts[1];
    const auto& noodles = counts[0].emoji == "👍" ? counts[1] : counts[0];
    REQUIRE(thumbs.count == 2);
    REQUIRE(thumbs.mine);
    REQUIRE(noodles.count == 1);
    REQUIRE_FALSE(noodles.mine);

    w.get(w.log().react(room, seq, jun, "👍", false));
    REQUIRE_FALSE(body_of<reaction_set>(*w.commits.last().event).on);
    REQUIRE(w.refused(w.log().react(room, 1, jun, "👍", true)) == errc::not_found);
}

TEST_CASE("a message carries twenty different reactions, and any number of people with one of them") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.direct(sora, jun);
    const auto seq = w.say(room, sora, "x").seq;
    for (std::size_t i = 0; i < most_reactions; ++i) w.get(w.log().react(room, seq, sora, "e" + std::to_string(i), true));
    REQUIRE(w.refused(w.log().react(room, seq, jun, "one more", true)) == errc::conflict);
    w.get(w.log().react(room, seq, jun, "e3", true));
    w.get(w.log().react(room, seq, sora, "e0", false));
    w.get(w.log().react(room, seq, jun, "one more", true));
}

TEST_CASE("a read mark moves forward to the last ordinal and no further") {
    world w{EACH_STORE};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto room = w.direct(sora, jun);
    for (int i = 0; i < 3; ++i) w.say(room, sora, "x");
    const auto told = w.commits.count();
    REQUIRE(w.get(w.log().mark_read(room, jun, 2)));
    REQUIRE_FALSE(w.get(w.log().mark_read(room, jun, 1)));
    REQUIRE_FALSE(w.get(w.log().mark_read(room, jun, 2)));
    REQUIRE_FALSE(w.get(w.log().mark_read(room, sora, 3)));  // sending reads one's own
    const auto beyond = w.io().run(w.log().mark_read(room, jun, 4));
    REQUIRE(beyond.error().code == errc::invalid_request);
    REQUIRE(beyond.error().fields.front().field == "ordinal");
    REQUIRE(w.get(w.rooms().room_of(jun, room)).read_ordinal == 2);
    REQUIRE(w.commits.count() == told);
    REQUIRE(w.events(room).size() == 4);
    w.say(room, jun, "mine");
    REQUIRE(w.get(w.rooms().room_of(jun, room)).read_ordinal == 4);
}

// What the cluster is made of.
#include "commit_codec.hpp"
#include "interests.hpp"
#include "losses.hpp"
#include "note.hpp"

#include "madang/domain/encode.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::bus;
using namespace madang::domain;

namespace {

commit with(event_body body, seq_t seq = 9) {
    event e;
    e.room = room_id{7};
    e.seq = seq;
    e.author = user_id{3};
    e.created_at = timestamp{std::chrono::milliseconds{1'795'336'200'123}};
    e.body = std::move(body);
    commit c;
    c.room = e.room;
    c.head = seq;
    c.event = std::make_shared<const event>(std::move(e));
    return c;
}

message_posted message(std::string text, std::string key) {
    message_posted m;
    m.ordinal = 4;
    m.text = std::move(text);
    m.reply_to = 2;
    m.key = std::move(key);
    return m;
}

}  // namespace

TEST_CASE("every kind of event is the same after its way to another node") {
    std::vector<commit> all;
    all.push_back(with(message("a \"quote\"\n안녕 \\ 🙂", "k.1")));
    all.push_back(with(members_joined{{user_id{1}, user_id{2}}}));
    all.back().joined = {user_id{1}, user_id{2}};
    all.push_back(with(member_left{user_id{2}}));
    all.back().left = {user_id{2}};
    all.push_back(with(room_renamed{"마당"}));
    all.push_back(with(role_changed{user_id{2}, member_role::owner}));
    all.push_back(with(role_changed{user_id{2}, member_role::member}));
    all.push_back(with(message_edited{2, "new", std::nullopt}));
    all.push_back(with(message_deleted{2}));
    all.push_back(with(reaction_set{2, "👍", false}));
    commit hidden;
    hidden.room = room_id{7};
    hidden.head = 12;
    hidden.left = {user_id{5}};
    all.push_back(hidden);

    const auto there = decode_commits(encode(all));
    REQUIRE(there.size() == all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
        REQUIRE(there[i].room == all[i].room);
        REQUIRE(there[i].head == all[i].head);
        REQUIRE(there[i].joined == all[i].joined);
        REQUIRE(there[i].left == all[i].left);
        REQUIRE((there[i].event == nullptr) == (all[i].event == nullptr));
        if (!all[i].event) continue;
        REQUIRE(to_json(*there[i].event) == to_json(*all[i].event));
        REQUIRE(there[i].event->body.index() == all[i].event->body.index());
    }
}

TEST_CASE("a key of the server's own is not shown to other nodes either") {
    const std::vector<commit> one{with(message("x", "~secret"))};
    REQUIRE(encode(one).find("secret") == std::string::npos);
    REQUIRE(decode_commits(encode(one)).size() == 1);
}

TEST_CASE("commits of a later release are left out, and their neighbours are not") {
    const std::vector<commit> known{with(message_deleted{2})};
    auto text = encode(known);
    text.insert(1, R"({"room":7,"head":8,"at":1,"event":{"kind":"poll","seq":8}},)");
    REQUIRE(decode_commits(text).size() == 1);
    REQUIRE(decode_commits("no JSON").empty());
    REQUIRE(decode_commits("{}").empty());
}

TEST_CASE("a note is the same after its way") {
    note n;
    n.epoch = "abc";
    n.node = 0xffff'ffff'ffff'ffffULL;
    n.number = 17;
    n.about = 'c';
    n.body = "a body with spaces";
    const auto text = encode(n);
    const auto there = decode_note(text);
    REQUIRE(there.has_value());
    REQUIRE(there->epoch == n.epoch);
    REQUIRE(there->node == n.node);
    REQUIRE(there->number == n.number);
    REQUIRE(there->about == n.about);
    REQUIRE(there->body == n.body);
    n.body = {};
    REQUIRE(decode_note(encode(n))->body.empty());
    for (std::size_t cut = 0; cut < 20; ++cut) (void)decode_note(std::string_view{text}.substr(0, cut));
    REQUIRE_FALSE(decode_note("2 abc 1 1 c x").has_value());
}

TEST_CASE("a number that was passed over is a loss, a pulse repeats the last one, and each node counts for itself") {
    using lost = losses::lost;
    losses l;
    const auto pulse = [&l](channel c, std::uint64_t node, std::uint64_t number) { return l.hear(c, node, number, true); };
    REQUIRE(l.hear(1, 100, 5) == lost::nothing);  // it spoke before we listened
    REQUIRE(l.hear(1, 100, 6) == lost::nothing);
    REQUIRE(pulse(1, 100, 6) == lost::nothing);
    REQUIRE(l.hear(1, 100, 8) == lost::something);
    REQUIRE(l.hear(1, 100, 7) == lost::nothing);  // overtaken
    REQUIRE(l.hear(1, 100, 9) == lost::nothing);
    REQUIRE(pulse(1, 100, 10) == lost::something);  // its note was lost
    REQUIRE(pulse(1, 100, 10) == lost::nothing);
    REQUIRE(l.hear(1, 200, 1) == lost::nothing);
    REQUIRE(pulse(1, 300, 1) == lost::perhaps);
    REQUIRE(pulse(1, 300, 1) == lost::nothing);
    REQUIRE(l.hear(2, 100, 3) == lost::nothing);
    REQUIRE(l.hear(2, 100, 5) == lost::something);
    l.forget(1);
    REQUIRE(l.hear(1, 100, 50) == lost::nothing);
}

TEST_CASE("however many nodes come and go, few are remembered") {
    losses l;
    for (std::uint64_t node = 0; node < 10 * losses::most_nodes; ++node) REQUIRE(l.hear(1, node, 1) == losses::lost::nothing);
    REQUIRE(l.hear(1, 10 * losses::most_nodes - 1, 2) == losses::lost::nothing);
}

TEST_CASE("coming and going are counted, in whatever order they are told") {
    using change = interests::change;
    interests i{1};
    REQUIRE(i.in_room(room_id{1}, true) == change::first);
    REQUIRE(i.in_room(room_id{1}, true) == change::none);  // its typing, say
    REQUIRE(i.in_room(room_id{2}, true) == change::none);
    REQUIRE(i.rooms_on(0).size() == 2);
    REQUIRE(i.in_room(room_id{1}, false) == change::none);
    REQUIRE(i.in_room(room_id{1}, false) == change::none);
    REQUIRE(i.rooms_on(0) == std::vector{room_id{2}});
    REQUIRE(i.in_room(room_id{3}, false) == change::none);  // gone before it came
    REQUIRE(i.in_room(room_id{3}, true) == change::none);
    REQUIRE(i.in_user(user_id{2}, true) == change::none);
    REQUIRE(i.in_room(room_id{2}, false) == change::none);
    REQUIRE(i.in_user(user_id{2}, false) == change::last);
}

TEST_CASE("rooms and people are spread over all channels") {
    interests i{256};
    std::vector<int> rooms(256);
    for (int n = 1; n <= 25'600; ++n) ++rooms[i.of(room_id{n})];
    REQUIRE(*std::min_element(rooms.begin(), rooms.end()) > 50);
    REQUIRE(*std::max_element(rooms.begin(), rooms.end()) < 200);
}

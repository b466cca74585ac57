// The shapes of the contract, chapter 3, byte for byte: clients and tests elsewhere rely on nothing else.
#include "madang/domain/encode.hpp"

#include "samples.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::domain;
using namespace madang::domain::test;

namespace {

constexpr auto at = timestamp{std::chrono::milliseconds{1'795'336'200'123}};
constexpr auto later = timestamp{std::chrono::milliseconds{1'795'336'260'000}};

template <class... T>
std::string written(const T&... what) {
    json::writer w;
    write(w, what...);
    return w.take();
}

event of(event_body body) {
    event e;
    e.room = room_id{5};
    e.seq = 9;
    e.author = user_id{1};
    e.created_at = at;
    e.body = std::move(body);
    return e;
}

// What follows the fields that every event has.
std::string own_fields(event_body body, bool concealed = false) {
    const auto all = to_json(of(std::move(body)), concealed);
    const std::string_view common = R"("authorId":1,"createdAt":"2026-11-22T08:30:00.123Z")";
    const auto end = all.find(common);
    REQUIRE(end != std::string::npos);
    return all.substr(end + common.size());
}

message_posted posted_message() {
    message_posted m;
    m.ordinal = 4;
    m.text = "hello";
    return m;
}

}  // namespace

TEST_CASE("a user is shown without what concerns only themselves") {
    auto u = person(7, "ann");
    u.status_message = "busy";
    const std::string others =
        R"({"id":7,"username":"ann","displayName":"Ann","statusMessage":"busy","createdAt":"2026-11-22T08:30:00.123Z")";
    REQUIRE(written(u) == others + "}");
    json::writer w;
    write_self(w, u);
    REQUIRE(w.take() == others + R"(,"locale":"ko","role":"user"})");
}

TEST_CASE("a deleted user is a number and nothing else") {
    auto u = person(7, "ann");
    u.deleted = true;
    REQUIRE(written(u) == R"({"id":7,"deleted":true})");
}

TEST_CASE("a login says whether it is the one that asks") {
    login l;
    l.id = session_id{40};
    l.device = "browser";
    l.address = "192.0.2.1";
    l.created_at = at;
    l.last_used_at = later;
    l.expires_at = later;
    const std::string fields = R"({"id":40,"device":"browser","address":"192.0.2.1","createdAt":"2026-11-22T08:30:00.123Z",)"
                               R"("lastUsedAt":"2026-11-22T08:31:00.000Z","expiresAt":"2026-11-22T08:31:00.000Z","current":)";
    REQUIRE(written(l, session_id{40}) == fields + "true}");
    REQUIRE(written(l, session_id{41}) == fields + "false}");
}

TEST_CASE("an event has its room, seq, kind, author and time, whatever it is") {
    REQUIRE(to_json(of(members_joined{{user_id{1}, user_id{2}}})) ==
            R"({"roomId":5,"seq":9,"kind":"join","authorId":1,"createdAt":"2026-11-22T08:30:00.123Z","userIds":[1,2]})");
}

TEST_CASE("the kinds have the names of the contract") {
    const std::vector<std::pair<event_body, std::string>> kinds{
        {message_posted{}, "message"}, {members_joined{}, "join"}, {member_left{}, "leave"},      {room_renamed{}, "rename"},
        {role_changed{}, "role"},      {message_edited{}, "edit"}, {message_deleted{}, "delete"}, {reaction_set{}, "reaction"}};
    for (const auto& [body, name] : kinds) REQUIRE(to_json(of(body)).find("\"kind\":\"" + name + "\"") != std::string::npos);
}

TEST_CASE("a message shows its text, and what it replies to and its key where it has them") {
    auto m = posted_message();
    REQUIRE(own_fields(m) == R"(,"ordinal":4,"text":"hello"})");
    m.reply_to = 3;
    m.key = "k-1";
    REQUIRE(own_fields(m) == R"(,"ordinal":4,"text":"hello","replyTo":3,"key":"k-1"})");
}

TEST_CASE("a key that the server gave is nobody's business") {
    auto m = posted_message();
    m.key = "~abc";
    REQUIRE(own_fields(m) == R"(,"ordinal":4,"text":"hello"})");
}

TEST_CASE("a deleted message shows when it was deleted and no text") {
    auto m = posted_message();
    m.deleted_at = later;
    m.edited_at = later;
    REQUIRE(own_fields(m) == R"(,"ordinal":4,"deletedAt":"2026-11-22T08:31:00.000Z"})");
}

TEST_CASE("the other kinds show their own fields") {
    REQUIRE(own_fields(member_left{user_id{2}}) == R"(,"userId":2})");
    REQUIRE(own_fields(room_renamed{"\xed\x8c\x80 \"1\""}) == ",\"name\":\"\xed\x8c\x80 \\\"1\\\"\"}");
    REQUIRE(own_fields(role_changed{user_id{2}, member_role::admin}) == R"(,"userId":2,"role":"admin"})");
    REQUIRE(own_fields(role_changed{user_id{2}, member_role::owner}) == R"(,"userId":2,"role":"owner"})");
    REQUIRE(own_fields(message_edited{3, "better", {}}) == R"(,"targetSeq":3,"text":"better"})");
    REQUIRE(own_fields(message_edited{3, "", later}) == R"(,"targetSeq":3,"deletedAt":"2026-11-22T08:31:00.000Z"})");
    REQUIRE(own_fields(message_deleted{3}) == R"(,"targetSeq":3})");
    REQUIRE(own_fields(reaction_set{3, "\xf0\x9f\x91\x8d", false}) ==
            ",\"targetSeq\":3,\"emoji\":\"\xf0\x9f\x91\x8d\",\"on\":false}");
}

TEST_CASE("concealed, an event keeps its seq and its target and loses its content") {
    REQUIRE(own_fields(message_edited{3, "secret", {}}, true) == R"(,"targetSeq":3})");
    REQUIRE(own_fields(message_edited{3, "", later}, true) == R"(,"targetSeq":3})");
    REQUIRE(own_fields(message_deleted{3}, true) == R"(,"targetSeq":3})");
    REQUIRE(own_fields(reaction_set{3, "x", true}, true) == R"(,"targetSeq":3})");
}

TEST_CASE("an event conceals itself from who does not see its target, and stands for itself otherwise") {
    REQUIRE(of(message_edited{3, "", {}}).concealed_from(3));
    REQUIRE_FALSE(of(message_edited{3, "", {}}).concealed_from(2));
    REQUIRE(of(message_deleted{3}).target() == 3);
    REQUIRE(of(reaction_set{3, "x", true}).target() == 3);
    REQUIRE_FALSE(of(posted_message()).concealed_from(100));
}

TEST_CASE("the timeline adds what came later to a message, and to a message alone") {
    timeline_item item;
    auto m = posted_message();
    m.edited_at = later;
    item.event = of(m);
    item.reactions = {{"+", 2, true}};
    item.unread_by = 3;
    REQUIRE_THAT(written(item), Catch::Matchers::EndsWith(R"("ordinal":4,"text":"hello","editedAt":"2026-11-22T08:31:00.000Z",)"
                                                          R"("reactions":[{"emoji":"+","count":2,"mine":true}],"unreadBy":3})"));
    REQUIRE(own_fields(m) == R"(,"ordinal":4,"text":"hello"})");  // in the raw log an edit is an event of its own
    m.deleted_at = later;
    item.event = of(m);
    item.reactions.clear();
    REQUIRE_THAT(written(item),
                 Catch::Matchers::EndsWith(R"("ordinal":4,"deletedAt":"2026-11-22T08:31:00.000Z","reactions":[],"unreadBy":3})"));
    item.event = of(member_left{user_id{2}});
    REQUIRE_THAT(written(item), Catch::Matchers::EndsWith(R"("userId":2})"));
}

TEST_CASE("a room shows its members, counters and last message as its member sees them") {
    room_view r;
    r.id = room_id{5};
    r.created_at = at;
    r.member_count = 12;
    r.last_seq = 30;
    r.last_ordinal = 20;
    r.read_ordinal = 17;
    r.role = member_role::owner;
    REQUIRE(written(r) ==
            R"({"id":5,"kind":"group","members":[],"memberCount":12,"lastSeq":30,"lastOrdinal":20,"readOrdinal":17,"unread":3,)"
            R"("muted":false,"role":"owner","createdAt":"2026-11-22T08:30:00.123Z"})");
    r.kind = room_kind::direct;
    r.name = "us";
    r.muted = true;
    r.last_message = of(posted_message());
    member one;
    one.user = person(7);
    one.user.deleted = true;
    one.joined_at = later;
    one.read_ordinal = 2;
    r.members = {one, one};
    const std::string m =
        R"({"user":{"id":7,"deleted":true},"role":"member","joinedAt":"2026-11-22T08:31:00.000Z","readOrdinal":2})";
    REQUIRE(written(r) == R"({"id":5,"kind":"direct","name":"us","members":[)" + m + "," + m +
                              R"(],"memberCount":12,"lastSeq":30,"lastOrdinal":20,"readOrdinal":17,"unread":3,"lastMessage":)" +
                              to_json(of(posted_message())) +
                              R"(,"muted":true,"role":"owner","createdAt":"2026-11-22T08:30:00.123Z"})");
}

TEST_CASE("a contact is left open for the caller's fields") {
    contact c;
    c.who = person(7);
    c.who.deleted = true;
    c.since = at;
    REQUIRE(written(c) == R"({"user":{"id":7,"deleted":true},"createdAt":"2026-11-22T08:30:00.123Z")");
}

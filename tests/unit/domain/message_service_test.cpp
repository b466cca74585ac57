#include "madang/domain/message_service.hpp"

#include "fake_audience.hpp"
#include "fake_rooms.hpp"
#include "fake_security.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "catch.hpp"

using namespace madang;
using namespace madang::domain;
using namespace madang::domain::test;

namespace {

struct message_bench {
    message_bench() { rooms.counts[the_room] = 2; }

    // Runs `work` and whatever it has started.
    template <class T>
    T run(task<T> work) {
        auto answer = asio::co_spawn(strand, std::move(work), asio::use_future);
        io.restart();
        io.poll();
        return answer.get();
    }

    asio::io_context io;
    executor strand{io.get_executor()};
    fake_room_store rooms;
    fake_room_log log;
    fake_mint mint;
    fake_audience listeners;
    read_digest reads{strand, rooms, listeners};
    message_service service{rooms, log, mint, listeners, reads};
};

new_message saying(std::string key) {
    new_message m;
    m.room = the_room;
    m.author = me;
    m.key = std::move(key);
    m.text = "hello";
    return m;
}

posted numbered(seq_t seq, ordinal_t ordinal, bool duplicate = false) {
    posted p;
    p.seq = seq;
    p.ordinal = ordinal;
    p.duplicate = duplicate;
    return p;
}

}  // namespace

TEST_CASE("a message without a key gets one that no client can have, and each a different one") {
    message_bench b;
    b.log.posts = numbered(7, 3);
    for (int i = 0; i < 2; ++i) REQUIRE(b.run(b.service.post(saying(""))).value().seq == 7);
    const auto& first = b.log.posted_messages.at(0).key;
    const auto& second = b.log.posted_messages.at(1).key;
    REQUIRE(first.starts_with('~'));
    REQUIRE(first.size() == 23);
    REQUIRE(first != second);
}

TEST_CASE("a client's own key stays as it is") {
    message_bench b;
    b.log.posts = numbered(7, 3);
    (void)b.run(b.service.post(saying("mine")));
    REQUIRE(b.log.posted_messages.at(0).key == "mine");
    REQUIRE(b.log.posted_messages.at(0).text == "hello");
}

TEST_CASE("who writes has read what they wrote; a repetition and a refusal move nothing") {
    message_bench b;
    b.log.posts = numbered(7, 3, true);
    REQUIRE(b.run(b.service.post(saying("k"))).value().duplicate);
    b.log.posts = errc::not_a_member;
    REQUIRE(b.run(b.service.post(saying("k"))).error().code == errc::not_a_member);
    REQUIRE(b.listeners.digests.empty());
    b.log.posts = numbered(7, 3);
    (void)b.run(b.service.post(saying("k")));
    REQUIRE(b.listeners.digests == std::vector{std::map<user_id, ordinal_t>{{me, 3}}});
}

TEST_CASE("a read mark that moved is told to the room and to my other devices; one that did not, to nobody") {
    message_bench b;
    b.log.marks = false;
    REQUIRE(b.run(b.service.mark_read(me, the_room, 4)).has_value());
    REQUIRE(b.listeners.told.empty());
    REQUIRE(b.listeners.digests.empty());
    b.log.marks = true;
    REQUIRE(b.run(b.service.mark_read(me, the_room, 4)).has_value());
    REQUIRE(b.listeners.told == std::vector{std::pair{me, std::string{R"({"type":"read","roomId":5,"ordinal":4})"}}});
    REQUIRE(b.listeners.digests == std::vector{std::map<user_id, ordinal_t>{{me, 4}}});
    b.log.marks = errc::invalid_request;
    REQUIRE(b.run(b.service.mark_read(me, the_room, 99)).error().code == errc::invalid_request);
}

TEST_CASE("an edit answers with the message as it is now") {
    message_bench b;
    b.rooms.sit(me.value, the_room.value, 0, 9);
    timeline_item item;
    item.event = said(the_room.value, 7, "better");
    b.rooms.messages[{the_room, 7}] = item;
    b.log.edits = errc::forbidden;
    REQUIRE(b.run(b.service.edit(me, the_room, 7, "better")).error().code == errc::forbidden);
    b.log.edits = result<>{};
    const auto now = b.run(b.service.edit(me, the_room, 7, "better")).value();
    REQUIRE(std::get<message_posted>(now.event.body).text == "better");
}

TEST_CASE("typing is for members") {
    message_bench b;
    REQUIRE(b.run(b.service.typing(me, the_room)).error().code == errc::not_a_member);
    REQUIRE(b.listeners.typed.empty());
    b.rooms.sit(me.value, the_room.value, 0, 9);
    REQUIRE(b.run(b.service.typing(me, the_room)).has_value());
    REQUIRE(b.listeners.typed == std::vector{std::pair{the_room, me}});
}

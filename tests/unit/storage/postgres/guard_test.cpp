// Guarded rooms: the batch's statement does not look for blocks and hidden seats, so whatever makes one must guard the room.
#include "../ports/world.hpp"
#include "node.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::domain;

namespace {

async_result<room_id> open_and_speak(world* w, new_room wanted) {
    const auto speaker = wanted.creator;
    const auto made = co_await w->log().create_room(std::move(wanted));
    if (!made) co_return made.error();
    auto hello = w->message(made->room, speaker, "hello");
    (void)co_await w->log().post(std::move(hello));
    co_return made->room;
}

}  // namespace

TEST_CASE("a direct room is guarded from the block or the hiding on, until a message that nothing stands in the way of") {
    const auto options = patient_options(postgres_server::shared().migrated_database());
    world w{nodes_with(options)};
    stranger watcher{options.url};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto direct = w.direct(sora, jun);
    const auto guarded = [&] {
        return watcher.value("SELECT guarded::text FROM rooms WHERE id = " + std::to_string(direct.value));
    };
    REQUIRE(guarded() == "false");

    w.get(w.log().remove_member(direct, jun, jun));
    REQUIRE(guarded() == "true");
    w.say(direct, sora, "come back");
    REQUIRE(guarded() == "false");

    w.get(w.contacts().block(jun, sora));
    REQUIRE(guarded() == "true");
    REQUIRE(w.refused(w.log().post(w.message(direct, sora, "x"))) == errc::blocked);
    REQUIRE(guarded() == "true");
    w.get(w.contacts().unblock(jun, sora));
    w.say(direct, sora, "again");
    REQUIRE(guarded() == "false");
}

TEST_CASE("a block waits for the message that is lifting the room's guard, and guards it again") {
    const auto options = patient_options(postgres_server::shared().migrated_database());
    world w{nodes_with(options)};
    const auto sora = w.person("sora");
    const auto jun = w.person("jun");
    const auto direct = w.direct(sora, jun);
    w.get(w.contacts().block(jun, sora));
    w.get(w.contacts().unblock(jun, sora));
    stranger lane{options.url};  // does what a lane does with the next message
    lane.ask("BEGIN");
    lane.ask("UPDATE rooms SET guarded = false WHERE id = " + std::to_string(direct.value));
    auto block = w.io().start(w.contacts().block(jun, sora));
    lane.await_waiter();
    lane.ask("COMMIT");
    REQUIRE(block.get().has_value());
    REQUIRE(w.refused(w.log().post(w.message(direct, sora, "x"))) == errc::blocked);
}

TEST_CASE("who blocks somebody while that one opens their room and speaks in it hears nothing afterwards") {
    world w{nodes_with(patient_options(postgres_server::shared().migrated_database()))};
    for (int i = 0; i < 60; ++i) {
        const auto sora = w.person("sora" + std::to_string(i));
        const auto jun = w.person("jun" + std::to_string(i));
        w.befriend(sora, jun);
        auto wanted = w.room_of(room_kind::direct, sora, {jun});
        if (i % 2 == 0) w.get(w.log().create_room(wanted));  // and only speaks
        auto room = w.io().start(open_and_speak(&w, std::move(wanted)));
        auto block = w.io().start(w.contacts().block(jun, sora));
        REQUIRE(block.get().has_value());
        if (const auto direct = room.get())
            REQUIRE(w.refused(w.log().post(w.message(*direct, sora, "and now?"))) == errc::blocked);
        else
            REQUIRE((i % 2 == 1 && direct.error().code == errc::blocked));
    }
}

// Parts of a log that one node keeps while others write, of whom it is told nothing.
#include "kept_log.hpp"

#include "madang/domain/encode.hpp"

#include "domain/fake_rooms.hpp"
#include "storage/ports/soak.hpp"
#include "storage/ports/world.hpp"
#include "storage/stores.hpp"

#include <random>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using namespace madang::domain::test;

namespace {

struct kept_scene {
    world w{sqlite_kind()};
    metrics::registry metrics;
    cache::log_parts parts{std::size_t{64} << 20};
    cache::kept_log kept{parts, w.rooms(), metrics};
    const user_id sora = w.person("sora");
    const room_id room = w.create(room_kind::group, sora, {}).room;

    room_store::seen_log seen_by(user_id me, seq_t after, std::size_t limit) {
        return w.get(kept.seen_by(me, room, after, limit));
    }
    // The answer, which must be the store's own.
    room_store::seen_log check(user_id me, seq_t after, std::size_t limit) {
        const auto stored = w.get(w.rooms().log_seen_by(me, room, after, limit));
        auto shown = seen_by(me, after, limit);
        INFO("after " << after << ", limit " << limit);
        REQUIRE(shown.where.visible_from == stored.where.visible_from);
        REQUIRE(shown.where.last_seq == stored.where.last_seq);
        REQUIRE(shown.log.first() == stored.log.first());
        REQUIRE(shown.log.last() == stored.log.last());
        REQUIRE(shown.log.json() == stored.log.json());
        return shown;
    }
    std::uint64_t reads_of(user_id me, seq_t after, std::size_t limit) {
        const auto before = w.store().stats().reads.load();
        (void)seen_by(me, after, limit);
        return w.store().stats().reads - before;
    }
    seq_t head() { return w.get(w.rooms().seat_of(sora, room)).last_seq; }
    void say(int messages, std::size_t bytes = 1) {
        for (int i = 0; i < messages; ++i) w.say(room, sora, std::string(bytes, 'x'));
    }
};

constexpr std::uint64_t only_the_seat = 1;

// A room of 200 messages that a test may do to what no store does.
struct faked_scene {
    faked_scene() {
        rooms.fill(the_room.value, 200);
        rooms.sit(me.value, the_room.value, 0, 200);
    }
    room_store::seen_log read(seq_t after) { return run_task(kept.seen_by(me, the_room, after, 100)).value(); }

    fake_room_store rooms;
    metrics::registry metrics;
    cache::log_parts parts{std::size_t{64} << 20};
    cache::kept_log kept{parts, rooms, metrics};
};

}  // namespace

TEST_CASE("a page of a log that was read before costs the look at the seat alone") {
    kept_scene s;
    s.say(300);
    for (const std::size_t limit : {50, 1000}) {
        s.check(s.sora, 100, limit);
        REQUIRE(s.reads_of(s.sora, 100, limit) == only_the_seat);
    }
    REQUIRE(s.reads_of(s.sora, 17, 200) == only_the_seat + 1);  // a part in front was missing
    REQUIRE(s.reads_of(s.sora, 3, 290) == only_the_seat);
}

TEST_CASE("the end of a log is read on, and what is kept of it is not read again") {
    kept_scene s;
    s.say(70);
    s.check(s.sora, 0, 1000);
    for (int i = 0; i < 80; ++i) {
        s.say(1);
        REQUIRE(s.check(s.sora, s.head() - 1, 100).log.size() == 1);
        REQUIRE(s.reads_of(s.sora, 0, 1000) <= only_the_seat + 1);
        REQUIRE(s.reads_of(s.sora, 0, 1000) == only_the_seat);
    }
    REQUIRE(s.reads_of(s.sora, s.head(), 10) == only_the_seat);  // there is nothing after it
}

TEST_CASE("who follows a room of which nothing is kept reads what is new and keeps nothing") {
    kept_scene s;
    s.say(150);
    for (int i = 0; i < 30; ++i) {
        s.say(1);
        REQUIRE(s.check(s.sora, s.head() - 1, 100).log.size() == 1);
    }
    REQUIRE(s.parts.counted().parts == 0);
}

TEST_CASE("an edit and a deletion of which nobody tells are seen at once in a part that is kept") {
    kept_scene s;
    s.say(200);
    s.check(s.sora, 0, 1000);
    s.w.get(s.w.log().edit(s.room, 20, s.sora, "changed"));
    REQUIRE(s.check(s.sora, 0, 50).log.json(20).find("changed") != std::string_view::npos);
    s.w.get(s.w.log().edit(s.room, 20, s.sora, "again"));
    REQUIRE(s.check(s.sora, 0, 1000).log.json(202).find("again") != std::string_view::npos);  // the first edit shows it, too
    s.w.get(s.w.log().erase(s.room, 20, s.sora));
    REQUIRE(s.check(s.sora, 0, 1000).log.json().find("again") == std::string_view::npos);
    REQUIRE(s.reads_of(s.sora, 0, 1000) == only_the_seat);
}

TEST_CASE("reactions, names and people who come and go leave what is kept as it is") {
    kept_scene s;
    s.say(200);
    s.check(s.sora, 0, 128);
    s.w.get(s.w.log().react(s.room, 20, s.sora, "👍", true));
    s.w.get(s.w.log().rename(s.room, s.sora, "name"));
    s.w.join(s.room, s.sora, s.w.person("jun"));
    REQUIRE(s.reads_of(s.sora, 0, 128) == only_the_seat);
    s.check(s.sora, 0, 1000);
}

TEST_CASE("who came later is never shown from what is kept what is about the time before") {
    kept_scene s;
    s.say(70);
    const auto late = s.w.person("late");
    s.w.join(s.room, s.sora, late);
    s.w.get(s.w.log().edit(s.room, 60, s.sora, "secret"));
    s.say(100);
    s.check(s.sora, 0, 1000);
    REQUIRE(s.seen_by(s.sora, 0, 1000).log.json().find("secret") != std::string::npos);
    const auto seen = s.check(late, 0, 1000);
    REQUIRE(seen.log.first() == seen.where.visible_from + 1);
    REQUIRE(seen.log.json().find("secret") == std::string::npos);
    REQUIRE(s.seen_by(s.sora, 0, 1000).log.json().find("secret") != std::string::npos);
}

TEST_CASE("who is no member any more is shown nothing of what is kept") {
    kept_scene s;
    const auto jun = s.w.person("jun");
    s.w.join(s.room, s.sora, jun);
    s.say(100);
    s.check(jun, 0, 1000);
    s.w.get(s.w.log().remove_member(s.room, s.sora, jun));
    REQUIRE(s.w.refused(s.kept.seen_by(jun, s.room, 0, 1000)) == errc::not_a_member);
    REQUIRE(s.w.refused(s.kept.seen_by(s.sora, room_id{99}, 0, 1000)) == errc::not_a_member);
}

TEST_CASE("parts with more text than is read at once are kept, too") {
    kept_scene s;
    s.say(100, 20'000);
    const auto end = s.head();
    for (seq_t at = 0; at < end;) at = s.check(s.sora, at, 1000).log.last();
    for (seq_t at = 0; at < end;) {
        REQUIRE(s.reads_of(s.sora, at, 1000) == only_the_seat);
        at = s.check(s.sora, at, 1000).log.last();
    }
}

TEST_CASE("nothing that was kept of another history is shown, though it looks alike") {
    faked_scene s;
    REQUIRE(s.read(0).log.json(40) == to_json(said(5, 40)));
    s.rooms.logs[the_room][39] = said(5, 40, "in the other history");
    s.rooms.history = "another";
    REQUIRE(s.read(0).log.json(40) == to_json(said(5, 40, "in the other history")));
}

TEST_CASE("a log from which somebody has taken a row is shown as the store has it") {
    faked_scene s;
    auto& log = s.rooms.logs[the_room];
    log.erase(log.begin() + 9);
    for (const seq_t after : {0, 5, 9, 10, 63, 64, 100}) {
        const auto stored = run_task(s.rooms.log_seen_by(me, the_room, after, 100)).value();
        REQUIRE(s.read(after).log.json() == stored.log.json());
    }
}

TEST_CASE("a page of a log of which a part cannot be read is an error, and nothing of it is kept") {
    faked_scene s;
    s.rooms.broken = true;
    s.rooms.events_fail = errc::unavailable;
    REQUIRE(run_task(s.kept.seen_by(me, the_room, 0, 100)).error().code == errc::unavailable);
    s.rooms.broken = false;
    REQUIRE(s.read(0).log.size() == 100);
}

TEST_CASE("pages of long messages end where the store ends them") {
    kept_scene s;
    s.say(20, 8000);
    s.say(200, 7000);
    s.say(100);
    for (seq_t after = 0; after < 330; after += 7)
        for (const std::size_t limit : {1, 50, 1000}) s.check(s.sora, after, limit);
}

TEST_CASE("whatever is written and read, a page of a log is what the store would answer") {
    for (const auto seed : seeds("kept log", {1, 2})) {
        INFO("MADANG_SEED=" << seed);
        kept_scene s;
        std::mt19937 dice{seed};
        const auto some = [&dice](seq_t most) { return static_cast<seq_t>(dice() % static_cast<unsigned>(most)); };
        std::vector<user_id> readers{s.sora};
        seq_t last = 1;
        for (int step = 0; step < rounds(300, 4000); ++step) {
            const auto message = some(last) + 1;
            switch (dice() % 12) {
                case 0:
                    (void)s.w.io().run(s.w.log().edit(s.room, message, s.sora, "edit " + std::to_string(step)));
                    break;
                case 1:
                    (void)s.w.io().run(s.w.log().erase(s.room, message, s.sora));
                    break;
                case 2:
                    (void)s.w.io().run(s.w.log().react(s.room, message, s.sora, "👍", dice() % 2 == 0));
                    break;
                case 3:
                    if (readers.size() == 8) break;
                    readers.push_back(s.w.person("reader" + std::to_string(step)));
                    s.w.join(s.room, s.sora, readers.back());
                    break;
                default:
                    s.say(static_cast<int>(some(6)), dice() % 20 == 0 ? 8000 : 20);
            }
            const auto me = readers[dice() % readers.size()];
            const auto shown = s.check(me, some(last + 20), dice() % 4 == 0 ? 1000 : 1 + dice() % 100);
            last = shown.where.last_seq;
        }
        REQUIRE(s.parts.counted().parts > 3);
    }
}

// Rooms full of people against a simple model: what each of them was answered, what the logs hold, what was told, who is a member
// and has read how far.
#include "soak.hpp"
#include "traffic.hpp"

#include <algorithm>
#include <map>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using list = std::vector<std::string>;

namespace {

void same(const list& found, const list& expected) {
    for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i)
        if (found[i] != expected[i]) REQUIRE(found[i] == expected[i]);
    REQUIRE(found.size() == expected.size());
}

void check_members(world& w, const room_model& r) {
    list found, expected;
    for (const auto& m : w.get(w.rooms().members(r.id, {}, 100)))
        found.push_back(fmt::format("{} owns {} has read {}", m.user.id.value, m.role == member_role::owner, m.read_ordinal));
    for (const auto& [user, seat] : r.seats)
        expected.push_back(fmt::format("{} owns {} has read {}", user.value, user == r.owner, seat.read_ordinal));
    same(found, expected);  // all came at the same moment of the clock, so they stand by their ids
    REQUIRE(w.get(w.rooms().member_count(r.id)) == static_cast<std::int64_t>(r.seats.size()));
}

void check_view(world& w, const room_model& r, user_id user) {
    const auto mine = r.seats.find(user);
    if (!r.has(user)) {
        REQUIRE(w.refused(w.rooms().seat_of(user, r.id)) == errc::not_a_member);
        return;
    }
    REQUIRE(w.get(w.rooms().seat_of(user, r.id)).visible_from == mine->second.visible_from);
    const auto view = w.get(w.rooms().room_of(user, r.id));
    REQUIRE(view.name == r.name);
    REQUIRE(view.last_seq == r.last_seq());
    REQUIRE(view.last_ordinal == r.last_ordinal);
    REQUIRE(view.read_ordinal == mine->second.read_ordinal);
}

// Of the newest page.
void check_reactions(world& w, const room_model& r) {
    list found, expected;
    for (const auto& item : w.get(w.rooms().newest_page(r.id, 100)).items) {
        for (const auto& one : item.reactions) found.push_back(fmt::format("{} {} {}", item.event.seq, one.emoji, one.count));
        const auto there = r.reactions.find(item.event.seq);
        if (there == r.reactions.end()) continue;
        for (const auto& [emoji, users] : there->second)
            if (!users.empty()) expected.push_back(fmt::format("{} {} {}", item.event.seq, emoji, users.size()));
    }
    std::ranges::sort(found);
    std::ranges::sort(expected);
    same(found, expected);
}

void check(world& w, const traffic& t) {
    std::map<room_id, list> told;
    for (const auto& c : w.commits.all())
        if (c.event) told[c.room].push_back(shown(*c.event));
    for (const auto& r : t.rooms) {
        INFO("room " << r.id.value);
        same(shown(w.events(r.id)), shown(r.log));
        same(told[r.id], r.told);
        check_members(w, r);
        check_reactions(w, r);
        for (const auto user : t.people) check_view(w, r, user);
    }
}

// As often as a short or a long test asks for it, in a store of this kind, and hands out how many batches failed.
std::uint64_t run_traffic(const kind_of_store& kind, unsigned seed, bool spoils) {
    std::mt19937 dice{seed};
    world w{kind};
    traffic t{w, dice, spoils};
    for (int i = 0; i < rounds(12, 400); ++i) {
        INFO("round " << i);
        t.round(80);
        check(w, t);
    }
    return w.store().stats().failures;
}

}  // namespace

TEST_CASE("whatever many do at once in several rooms, in small batches, is as if they had done it one after the other") {
    const auto kind = GENERATE(from_range(kinds_of_store({.batch_rows = 5})));
    for (const auto seed : seeds("traffic over " + kind.name, {1, 2, 3})) {
        INFO("MADANG_SEED=" << seed);
        REQUIRE(run_traffic(kind, seed, false) == 0);  // a batch that fails is taken apart in silence
    }
}

TEST_CASE("what the database refuses to write fails alone, whatever else is in its batch") {
    const auto* const refuses = "ALTER TABLE events ADD COLUMN good INTEGER CHECK (body IS NULL OR body <> 'bad')";
    const auto kind = GENERATE_COPY(from_range(kinds_of_store({.batch_rows = 20, .later_step = refuses})));
    for (const auto seed : seeds("bad rows over " + kind.name, {1, 2, 3})) {
        INFO("MADANG_SEED=" << seed);
        REQUIRE(run_traffic(kind, seed, true) > 0);
    }
}

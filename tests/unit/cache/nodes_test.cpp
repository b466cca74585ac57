// Two nodes over one database, and a table that both share and that loses what one of them says to it.
#include "madang/cache/levels.hpp"
#include "madang/cache/store_cache.hpp"
#include "madang/observe/metrics.hpp"

#include "far_table.hpp"
#include "storage/ports/world.hpp"
#include "storage/stores.hpp"

using namespace madang;
using namespace madang::test;
using namespace madang::domain;
using namespace std::chrono_literals;

namespace {

struct caching_node {
    caching_node(world& w, cache::table& far)
        : near(w.clock, std::size_t{8} << 20),
          logs(std::size_t{8} << 20),
          both(near, far, cache::levels::default_near_ttl, &cache::store_cache::is_shared),
          texts(both, metrics),
          kept({w.rooms(), w.log(), w.accounts(), w.contacts(), history, texts, logs}, 10s, metrics) {}

    const domain::epoch history{"e"};
    metrics::registry metrics;
    cache::process_table near;
    cache::log_parts logs;
    cache::levels both;
    cache::look_aside texts;
    cache::store_cache kept;
};

// What `a` writes, `b` is not told.
struct scene {
    scene() {
        a.kept.changes().then(w.commits);
        w.store().set_listener(&a.kept.changes());
    }
    // What the nodes have handed over has been carried out.
    void settle() { w.io().run(look(far, "behind the rest")); }
    template <class Change>
    void lose_drops_of(Change change) {
        settle();
        far.away = true;
        change();
        settle();
        far.away = false;
        w.clock.advance(cache::levels::default_near_ttl);
    }
    std::vector<room_view> rooms_at_b(user_id of) { return w.get(b.kept.rooms().rooms_of(of, {}, 10)); }
    std::vector<contact> friends_at_b(user_id of) { return w.get(b.kept.contacts().friends(of, {}, 10)); }

    world w{sqlite_kind()};
    far_table far{w.clock};
    caching_node a{w, far};
    caching_node b{w, far};
    const user_id sora = w.person("sora");
    const user_id jun = w.person("jun");
};

}  // namespace

TEST_CASE("who was removed from a room is not shown what is said there, though the shared table has lost the drops") {
    scene s;
    const auto room = s.w.group(s.sora, {s.jun});
    REQUIRE(s.rooms_at_b(s.jun).size() == 1);
    s.lose_drops_of([&] { s.w.get(s.a.kept.log().remove_member(room, s.sora, s.jun)); });
    s.w.say(room, s.sora, "secret");
    REQUIRE(s.rooms_at_b(s.jun).empty());
}

TEST_CASE("who was blocked sees no friend any more, though the shared table has lost the drops") {
    scene s;
    s.w.befriend(s.sora, s.jun);
    REQUIRE(s.friends_at_b(s.jun).size() == 1);
    s.lose_drops_of([&] { s.w.get(s.a.kept.contacts().block(s.sora, s.jun)); });
    REQUIRE(s.friends_at_b(s.jun).empty());
}

TEST_CASE("what everybody may see who asks for it is shared, and who sees what is not") {
    for (const auto* key : {"e:u1", "e:r1", "e:m1", "e:n1"}) REQUIRE(cache::store_cache::is_shared(key));
    for (const auto* key : {"e:p1", "e:f1"}) REQUIRE_FALSE(cache::store_cache::is_shared(key));
}

// One table in front of another, and what may happen between the two.
#include "madang/cache/levels.hpp"

#include "crowd.hpp"
#include "far_table.hpp"
#include "manual_clock.hpp"
#include "tables.hpp"

using namespace madang;
using namespace madang::test;

namespace {

struct node {
    explicit node(cache::table& far, cache::levels::chooser shared = {})
        : near(time, 16U << 20), both(near, far, cache::levels::default_near_ttl, std::move(shared)) {}
    ~node() { io.finish(); }
    node(const node&) = delete;
    node& operator=(const node&) = delete;

    cache::found look(std::string key) { return io.run(madang::test::look(both, std::move(key))); }
    void put(const std::string& key, std::string text) { both.fill(key, look(key).to_fill, std::move(text), 10s); }

    manual_clock time;
    io_thread io{2};
    cache::process_table near;
    cache::levels both;
};

}  // namespace

TEST_CASE("a hit of the far table is kept near, for a second and no longer than the far one would show it") {
    manual_clock time;
    far_table far{time};
    node writer{far};
    node reader{far};
    writer.put("key", "text");
    REQUIRE_FALSE(reader.both.glance("key"));
    REQUIRE(reader.look("key").text == "text");
    const int asked = far.looks;
    REQUIRE(reader.both.glance("key") == "text");
    REQUIRE(reader.look("key").text == "text");
    REQUIRE(far.looks == asked);
    reader.time.advance(1s);
    REQUIRE_FALSE(reader.both.glance("key"));
    time.advance(9500ms);
    REQUIRE(reader.look("key").left == 500ms);
    reader.time.advance(500ms);
    REQUIRE_FALSE(reader.both.glance("key"));
}

TEST_CASE("a fill is near and far at once, and near no longer than a second") {
    manual_clock time;
    far_table far{time};
    node writer{far};
    node reader{far};
    writer.put("key", "text");
    REQUIRE(writer.both.glance("key") == "text");
    REQUIRE(reader.look("key").text == "text");
    writer.time.advance(1s);
    REQUIRE_FALSE(writer.both.glance("key"));
    REQUIRE(writer.look("key").text == "text");
}

TEST_CASE("while the far table is away the near one goes on alone") {
    manual_clock time;
    far_table far{time};
    far.away = true;
    node here{far};
    here.put("key", "text");
    REQUIRE(here.look("key").text == "text");
    here.both.drop({"key"});
    REQUIRE_FALSE(here.look("key").text);
}

TEST_CASE("while another node loads a key, this one may keep near what it has loaded itself") {
    manual_clock time;
    far_table far{time};
    node other{far};
    node here{far};
    const auto theirs = other.look("key").to_fill;
    here.put("key", "mine");
    REQUIRE(here.look("key").text == "mine");
    other.both.fill("key", theirs, "theirs", 10s);
    here.time.advance(1s);
    REQUIRE(here.look("key").text == "theirs");
}

TEST_CASE("a drop between the far table's answer and the fill of the near one leaves nothing old near") {
    manual_clock time;
    far_table far{time};
    node other{far};
    node here{far};
    other.put("key", "old");
    far.after_look = [&]() -> task<> {
        here.both.drop({"key"});
        co_return;
    };
    REQUIRE(here.look("key").text == "old");  // it came before the drop
    REQUIRE_FALSE(here.both.glance("key"));
    REQUIRE_FALSE(here.look("key").text);
}

TEST_CASE("what is looked up while a drop begins is not near when it has begun") {
    manual_clock time;
    far_table far{time};
    node other{far};
    node here{far};
    other.put("key", "old");
    far.before_drop = [&] { REQUIRE(here.look("key").text == "old"); };
    here.both.drop({"key"});
    REQUIRE_FALSE(here.both.glance("key"));
    REQUIRE_FALSE(here.look("key").text);
}

TEST_CASE("who looks while the far table has not carried out a drop yet is not given what was there, nor is it near later") {
    manual_clock time;
    far_table far{time};
    node here{far};
    here.put("key", "old");
    far.hangs = true;
    std::atomic<int> done{0};
    here.both.drop({"key"}, [&] { ++done; });
    REQUIRE_FALSE(here.both.glance("key"));
    auto meanwhile = here.io.start(madang::test::look(here.both, "key"));
    here.io.run(turns(20));
    REQUIRE(done == 0);
    far.hangs = false;
    const auto f = meanwhile.get();
    REQUIRE_FALSE(f.text);
    REQUIRE(done == 1);
    here.both.fill("key", f.to_fill, "new", 10s);
    REQUIRE(here.look("key").text == "new");
    here.time.advance(1s);
    REQUIRE(here.look("key").text == "new");
}

TEST_CASE("a drop is complete when both tables have forgotten, whichever is the last") {
    manual_clock time;
    cache::process_table near{time, 16U << 20};
    cache::process_table far{time, 16U << 20};
    cache::levels both{near, far};
    const auto held = near.find("key", cache::new_lease()).to_fill;
    near.fill("key", held, "old", 10s);
    int done = 0;
    both.drop({"key"}, [&] {
        ++done;
        REQUIRE_FALSE(near.glance("key"));
    });
    REQUIRE(done == 1);
    both.drop({}, [&] { ++done; });
    REQUIRE(done == 2);
}

TEST_CASE("of many keys the far table is asked for those that are not near, and the answers are in their order") {
    manual_clock time;
    far_table far{time};
    node other{far};
    node here{far};
    other.put("far 1", "1");
    other.put("far 2", "2");
    here.put("near", "3");
    const int asked = far.looks;
    const auto all = here.io.run(here.both.look_all({"far 2", "none", "near", "far 1"}, cache::new_lease()));
    REQUIRE(far.looks == asked + 3);
    REQUIRE(all.size() == 4);
    REQUIRE(all[0].text == "2");
    REQUIRE_FALSE(all[1].text);
    REQUIRE(all[1].to_fill != cache::lease::none);
    REQUIRE(all[2].text == "3");
    REQUIRE(all[3].text == "1");
    REQUIRE(here.both.glance("far 1") == "1");
    REQUIRE(here.both.glance("far 2") == "2");
    here.io.run(here.both.look_all({"near", "far 1"}, cache::new_lease()));
    REQUIRE(far.looks == asked + 3);
}

TEST_CASE("what another node tells to forget is asked of the far table again, loads under way too") {
    manual_clock time;
    far_table far{time};
    node other{far};
    node here{far};
    other.put("key", "old");
    const std::vector<std::string> keys{"key"};
    far.after_look = [&]() -> task<> {
        co_await drop_and_wait(other.both, keys);
        here.both.forget(keys);
    };
    REQUIRE(here.look("key").text == "old");
    REQUIRE_FALSE(here.look("key").text);
}

TEST_CASE("a key that is not shared is kept near alone, and for the near time to live") {
    manual_clock time;
    far_table far{time};
    node here{far, [](std::string_view key) { return !key.starts_with("own"); }};
    here.put("own", "text");
    here.put("shared", "text");
    REQUIRE(here.look("own").text == "text");
    REQUIRE_FALSE(here.io.run(madang::test::look(far, "own")).text);
    REQUIRE(here.io.run(madang::test::look(far, "shared")).text == "text");
    const int asked = far.looks;
    here.time.advance(cache::levels::default_near_ttl);
    REQUIRE(here.look("own").to_fill != cache::lease::none);
    REQUIRE(far.looks == asked);
    REQUIRE(here.look("shared").text == "text");

    const auto held = here.look("own again").to_fill;
    here.both.drop({"own again"});
    here.both.fill("own again", held, "old", 10s);
    REQUIRE_FALSE(here.look("own again").text);
    here.put("own more", "text");
    here.both.clear();
    REQUIRE_FALSE(here.look("own more").text);
}

TEST_CASE("over a far table that answers late, nobody reads what is older than the last drop") {
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        INFO("seed " << seed);
        manual_clock time;
        far_table far{time};
        far.most_lag = 6;
        node here{far};
        crowd c{3};
        c.run(here.io, {&here.both}, seed);
        REQUIRE(c.too_old() == 0);
        REQUIRE(c.hits() > 0);
    }
}

TEST_CASE("on many threads over a real Redis, who looks when a drop has begun is never given what was there") {
    io_thread io{4};  // outlives the client
    levels_kind t{{}};
    for (std::uint32_t seed = 1; seed <= 5; ++seed) {
        INFO("seed " << seed);
        crowd c{2};
        t.drop({"row 0", "row 1"});
        c.run(io, {&t.both}, seed, 400);
        REQUIRE(c.too_old() == 0);
        REQUIRE(c.hits() > 0);
    }
}

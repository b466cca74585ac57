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
    explicit node(cache::table& far) : near(time, 16U << 20), both(near, far) {}
    ~node() { io.finish(); }
    node(const node&) = delete;
    node& operator=(const node&) = delete;

    cache::found look(std::string key) { return io.run(both.look(std::move(key))); }
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
    here.io.run(here.both.drop({"key"}));
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
        std::vector<std::string> keys{"key"};
        co_await here.both.drop(std::move(keys));
    };
    REQUIRE(here.look("key").text == "old");  // it came before the drop
    REQUIRE_FALSE(here.both.glance("key"));
    REQUIRE_FALSE(here.look("key").text);
}

TEST_CASE("what is looked up while a drop is under way is not near when the drop is complete") {
    manual_clock time;
    far_table far{time};
    node other{far};
    node here{far};
    other.put("key", "old");
    far.before_drop = [&]() -> task<> {
        const auto f = co_await here.both.look("key");
        if (f.text) co_return;
        throw std::logic_error("the far table was dropped already");
    };
    here.io.run(here.both.drop({"key"}));
    REQUIRE_FALSE(here.both.glance("key"));
    REQUIRE_FALSE(here.look("key").text);
}

TEST_CASE("what another node tells to forget is asked of the far table again, loads under way too") {
    manual_clock time;
    far_table far{time};
    node other{far};
    node here{far};
    other.put("key", "old");
    const std::vector<std::string> keys{"key"};
    far.after_look = [&]() -> task<> {
        co_await other.both.drop(keys);
        here.near.forget(keys);
    };
    REQUIRE(here.look("key").text == "old");
    REQUIRE_FALSE(here.look("key").text);
}

TEST_CASE("over a far table that answers late, nobody reads what is older than the last complete drop") {
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

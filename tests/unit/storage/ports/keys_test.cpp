#include "world.hpp"

using namespace madang;
using namespace madang::test;
using namespace std::chrono_literals;

namespace {

domain::stored_key key_named(world& w, const std::string& kid) {
    w.clock.advance(1s);
    std::string seed(32, '\0');
    seed.back() = '\xff';
    return {kid, std::move(seed), w.clock.now(), false};
}

}  // namespace

TEST_CASE("keys come back byte for byte, newest first") {
    world w{EACH_STORE};
    const auto first = key_named(w, "one");
    w.get(w.keys().add_key(first, false, false));
    w.get(w.keys().add_key(key_named(w, "two"), false, false));
    const auto keys = w.get(w.keys().keys());
    REQUIRE(keys.size() == 2);
    REQUIRE(keys[0].kid == "two");
    REQUIRE(keys[1].seed == first.seed);
    REQUIRE(keys[1].created_at == first.created_at);
}

TEST_CASE("a rotation may void the older keys at once") {
    world w{EACH_STORE};
    w.get(w.keys().add_key(key_named(w, "one"), false, false));
    w.get(w.keys().add_key(key_named(w, "two"), true, false));
    const auto keys = w.get(w.keys().keys());
    REQUIRE_FALSE(keys[0].revoked);
    REQUIRE(keys[1].revoked);
}

TEST_CASE("two servers that start at once agree on one first key") {
    world w{EACH_STORE};
    w.get(w.keys().add_key(key_named(w, "mine"), false, true));
    w.get(w.keys().add_key(key_named(w, "yours"), false, true));
    REQUIRE(w.get(w.keys().keys()).size() == 1);
    REQUIRE(w.get(w.keys().keys()).front().kid == "mine");
}

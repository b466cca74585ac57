#include "madang/crypto/token_cache.hpp"

#include "catch.hpp"
#include "samples.hpp"

#include <thread>

using namespace madang;
using namespace madang::crypto;
using namespace madang::crypto::test;
using namespace std::chrono_literals;

namespace {

access_claims of_session(std::int64_t session, timestamp issued = noon) {
    return {user_id{7}, session_id{session}, "user", issued, issued + 5min};
}

}  // namespace

TEST_CASE("a token that was seen gives the same claims again") {
    const auto key = signing_key::generate();
    const auto keys = set_of(key);
    token_cache cache;
    const auto token = sign(of_session(1), key);
    CHECK(cache.verify(token, keys, noon).value() == of_session(1));
    CHECK(cache.size() == 1);
    CHECK(cache.verify(token, keys, noon + 1min).value() == of_session(1));
    CHECK(cache.size() == 1);
}

TEST_CASE("a token that was seen still expires") {
    const auto key = signing_key::generate();
    const auto keys = set_of(key);
    token_cache cache;
    const auto token = sign(of_session(1), key);
    REQUIRE(cache.verify(token, keys, noon).has_value());
    CHECK(cache.verify(token, keys, noon + 5min).error().code == errc::token_expired);
}

TEST_CASE("a token that was seen is void without its key") {
    const auto key = signing_key::generate();
    token_cache cache;
    const auto token = sign(of_session(1), key);
    REQUIRE(cache.verify(token, set_of(key), noon).has_value());
    CHECK(cache.verify(token, set_of(signing_key::generate()), noon).error().code == errc::unauthenticated);
}

TEST_CASE("a token that was seen does not vouch for a changed one") {
    const auto key = signing_key::generate();
    const auto keys = set_of(key);
    token_cache cache;
    const auto token = sign(of_session(1), key);
    REQUIRE(cache.verify(token, keys, noon).has_value());
    for (std::size_t i = 0; i < token.size(); i += 7) {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CHECK(cache.verify(changed, keys, noon).error().code == errc::unauthenticated);
    }
    CHECK(cache.size() == 1);
}

TEST_CASE("refused and expired tokens are not remembered") {
    const auto key = signing_key::generate();
    token_cache cache;
    CHECK_FALSE(cache.verify(sign(of_session(1), key), set_of(key), noon + 1h).has_value());
    CHECK_FALSE(cache.verify("nonsense", set_of(key), noon).has_value());
    CHECK(cache.size() == 0);
}

TEST_CASE("the cache stays within its bound and forgets the oldest") {
    const auto key = signing_key::generate();
    const auto keys = set_of(key);
    token_cache cache(32);
    for (std::int64_t i = 1; i <= 500; ++i) {
        REQUIRE(cache.verify(sign(of_session(i), key), keys, noon).has_value());
        REQUIRE(cache.size() <= 32);
    }
    CHECK(cache.size() == 32);
    // Forgotten is not refused.
    CHECK(cache.verify(sign(of_session(1), key), keys, noon).has_value());
}

TEST_CASE("expired tokens make room before the cache is full") {
    const auto key = signing_key::generate();
    const auto keys = set_of(key);
    token_cache cache(100'000);
    for (std::int64_t i = 1; i <= 300; ++i) REQUIRE(cache.verify(sign(of_session(i), key), keys, noon).has_value());
    const auto later = noon + 1h;
    for (std::int64_t i = 1; i <= 600; ++i) REQUIRE(cache.verify(sign(of_session(i, later), key), keys, later).has_value());
    CHECK(cache.size() <= 610);  // a shard may be slower than the others
}

TEST_CASE("threads may share the cache") {
    const auto key = signing_key::generate();
    const auto keys = set_of(key);
    token_cache cache(64);
    std::vector<std::string> tokens;
    for (std::int64_t i = 1; i <= 100; ++i) tokens.push_back(sign(of_session(i), key));
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (std::size_t i = 0; i < 300; ++i) {
                const auto n = (i * 7 + static_cast<std::size_t>(t)) % tokens.size();
                const auto claims = cache.verify(tokens[n], keys, noon);
                if (!claims || claims->session.value != static_cast<std::int64_t>(n) + 1) ++wrong;
            }
        });
    for (auto& t : threads) t.join();
    CHECK(wrong == 0);
    CHECK(cache.size() <= 64);
}

#include "madang/crypto/password.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::crypto;

namespace {

constexpr password_cost cheap{64, 1};  // quick tests

}  // namespace

TEST_CASE("a password verifies against its hash and no other does") {
    const auto encoded = hash_password("correct horse", cheap).value();
    CHECK(encoded.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
    CHECK(verify_password(encoded, "correct horse").has_value());
    for (const std::string wrong : {"", "correct horsf", "correct horse ", "Correct horse"}) {
        const auto answer = verify_password(encoded, wrong);
        REQUIRE_FALSE(answer.has_value());
        CHECK(answer.error().code == errc::bad_credentials);
    }
}

TEST_CASE("zero bytes and Korean in a password count") {
    const std::string with_zero("a\0b", 3);
    const auto encoded = hash_password(with_zero, cheap).value();
    CHECK(verify_password(encoded, with_zero).has_value());
    CHECK_FALSE(verify_password(encoded, "a").has_value());
    CHECK(verify_password(hash_password("비밀번호입니다", cheap).value(), "비밀번호입니다").has_value());
}

TEST_CASE("the same password has another hash each time") {
    CHECK(hash_password("same", cheap).value() != hash_password("same", cheap).value());
}

TEST_CASE("a hash that was damaged verifies nothing") {
    const auto encoded = hash_password("p", cheap).value();
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        auto damaged = encoded;
        damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
        CAPTURE(damaged);
        CHECK_FALSE(verify_password(damaged, "p").has_value());
        CHECK_FALSE(verify_password(encoded.substr(0, i), "p").has_value());
    }
    CHECK_FALSE(verify_password("", "").has_value());
}

TEST_CASE("a hash of another cost is renewed") {
    const auto encoded = hash_password("p", cheap).value();
    CHECK_FALSE(needs_rehash(encoded, cheap));
    CHECK(needs_rehash(encoded, {65, 1}));
    CHECK(needs_rehash(encoded, {64, 2}));
    CHECK(needs_rehash("$2b$12$something", cheap));
    CHECK(needs_rehash("", cheap));
    CHECK(needs_rehash(encoded.substr(0, encoded.size() - 1), cheap));
}

TEST_CASE("a hash that libargon2 made elsewhere verifies") {
    // From libargon2's own test.c: version 0x13, t=2, m=2^16, p=1.
    CHECK(verify_password("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password")
              .has_value());
}

TEST_CASE("the decoy has the current cost and no password") {
    const auto decoy = decoy_hash(cheap).value();
    CHECK_FALSE(needs_rehash(decoy, cheap));
    CHECK_FALSE(verify_password(decoy, "").has_value());
}

TEST_CASE("an impossible cost is refused") { CHECK(hash_password("p", {1, 0}).error().code == errc::internal); }

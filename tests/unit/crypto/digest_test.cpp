#include "madang/crypto/digest.hpp"
#include "madang/crypto/random.hpp"

#include "catch.hpp"

#include <set>

using namespace madang::crypto;

TEST_CASE("SHA-256 agrees with FIPS 180") {
    CHECK(base64url(as_bytes(sha256("abc"))) == "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    CHECK(base64url(as_bytes(sha256(""))) == "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
}

TEST_CASE("base64url agrees with RFC 4648, without padding") {
    CHECK(base64url("").empty());
    CHECK(base64url("f") == "Zg");
    CHECK(base64url("fo") == "Zm8");
    CHECK(base64url("foo") == "Zm9v");
    CHECK(base64url("foobar") == "Zm9vYmFy");
    CHECK(base64url("\xfb\xff") == "-_8");
}

TEST_CASE("what was encoded is decoded") {
    std::string all;
    for (int i = 0; i < 300; ++i) {
        CHECK(from_base64url(base64url(all)) == all);
        all += static_cast<char>(i);
    }
}

TEST_CASE("bytes have one text and no other") {
    for (const auto* wrong : {"Zg==", "Zg=", "Z", "Zm9vY", "Zh", "Zm9", "Zm 8", "Zm8\n", "+_8", "-/8", "Zm9v.", "\xff\xff"}) {
        CAPTURE(wrong);
        CHECK_FALSE(from_base64url(wrong));
    }
    CHECK(from_base64url("") == "");
}

TEST_CASE("secrets are compared as a whole") {
    CHECK(equal_secrets("abc", "abc"));
    CHECK_FALSE(equal_secrets("abc", "abd"));
    CHECK_FALSE(equal_secrets("abc", "ab"));
    CHECK(equal_secrets("", ""));
}

TEST_CASE("random tokens differ and have the length that was asked for") {
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(random_token(16));
    CHECK(seen.size() == 1000);
    CHECK(random_token(32).size() == 43);
    CHECK(random_bytes(7).size() == 7);
    CHECK(random_bytes(0).empty());
}

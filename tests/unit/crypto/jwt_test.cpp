#include "madang/crypto/jwt.hpp"
#include "madang/crypto/digest.hpp"
#include "madang/crypto/token_cache.hpp"

#include <boost/json.hpp>
#include <openssl/err.h>

#include "catch.hpp"
#include "samples.hpp"

using namespace madang;
using namespace madang::crypto;
using namespace madang::crypto::test;
using namespace std::chrono_literals;

namespace {

// RFC 8037, appendix A.
const std::string rfc_seed = *from_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A");
constexpr auto rfc_public = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

access_claims somebody(std::int64_t session = 9) { return {user_id{7}, session_id{session}, "user", noon, noon + 5min}; }

// A token with any header and payload, well signed.
std::string signed_token(const std::string& header, const std::string& payload, const signing_key& key) {
    const auto text = base64url(header) + "." + base64url(payload);
    return text + "." + base64url(key.sign(text));
}

errc refusal(std::string_view token, const key_set& keys, timestamp now = noon) {
    const auto answer = verify(token, keys, now);
    REQUIRE_FALSE(answer.has_value());
    return answer.error().code;
}

std::string good_header(const signing_key& key) { return R"({"alg":"EdDSA","typ":"JWT","kid":")" + key.kid() + "\"}"; }

}  // namespace

TEST_CASE("keys and signatures agree with RFC 8037") {
    const auto key = signing_key::from_private(rfc_seed).value();
    CHECK(base64url(key.public_key()) == rfc_public);
    CHECK(base64url(key.sign("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc")) ==
          "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg");
    // The thumbprint of A.3, cut.
    CHECK(key.kid() == std::string("kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k").substr(0, 12));
}

TEST_CASE("the published set is what RFC 8037 asks for") {
    const auto key = signing_key::from_private(rfc_seed).value();
    CHECK(boost::json::parse(set_of(key).jwks_json()) ==
          boost::json::parse(R"({"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
                                          "kid":"kPrK_qmxVWaY","use":"sig","alg":"EdDSA"}]})"));
    CHECK(key_set{}.jwks_json() == R"({"keys":[]})");
}

TEST_CASE("a key comes back from its seed, and nothing else is a key") {
    const auto key = signing_key::generate();
    CHECK(signing_key::from_private(key.seed()).value().kid() == key.kid());
    CHECK(signing_key::generate().kid() != key.kid());
    CHECK_FALSE(signing_key::from_private("short").has_value());
    CHECK_FALSE(key_set{}.add("short").has_value());
}

TEST_CASE("what was signed is what is read") {
    const auto key = signing_key::generate();
    const auto token = sign(somebody(), key);
    CHECK(verify(token, set_of(key), noon).value() == somebody());
    CHECK(from_base64url(token.substr(0, token.find('.'))) == good_header(key));
    const auto payload = from_base64url(token.substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1));
    CHECK(boost::json::parse(*payload) ==
          boost::json::parse(R"({"iss":"madang","sub":"7","sid":9,"role":"user","iat":1795336200,"exp":1795336500})"));
}

TEST_CASE("a token is good until its exp and not a millisecond longer") {
    const auto key = signing_key::generate();
    const auto token = sign(somebody(), key);
    CHECK(verify(token, set_of(key), noon + 5min - 1ms).has_value());
    CHECK(refusal(token, set_of(key), noon + 5min) == errc::token_expired);
}

TEST_CASE("a token changed anywhere is refused") {
    const auto key = signing_key::generate();
    const auto keys = set_of(key);
    const auto token = sign(somebody(), key);
    for (std::size_t i = 0; i < token.size(); ++i) {
        auto changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        CAPTURE(i);
        CHECK(refusal(changed, keys) == errc::unauthenticated);
        CHECK(refusal(token.substr(0, i), keys) == errc::unauthenticated);
        // Expired or not: it was never right.
        CHECK(refusal(changed, keys, noon + 1h) == errc::unauthenticated);
    }
    for (const auto& more : {token + "A", token + ".", "." + token, token + "=", " " + token, token + "." + token})
        CHECK(refusal(more, keys) == errc::unauthenticated);
    CHECK(ERR_peek_error() == 0);
}

TEST_CASE("parts of two good tokens make no third") {
    const auto key = signing_key::generate();
    const auto mine = sign(somebody(1), key);
    const auto yours = sign(somebody(2), key);
    CHECK(refusal(mine.substr(0, mine.rfind('.')) + yours.substr(yours.rfind('.')), set_of(key)) == errc::unauthenticated);
}

TEST_CASE("a key that is not in the set signs nothing") {
    const auto key = signing_key::generate();
    const auto other = signing_key::generate();
    CHECK(refusal(sign(somebody(), other), set_of(key)) == errc::unauthenticated);
    CHECK(refusal(sign(somebody(), key), key_set{}) == errc::unauthenticated);
    // Another's signature under a name that is believed.
    const auto claims = R"({"iss":"madang","sub":"7","sid":9,"role":"admin","iat":1795336200,"exp":1795336500})";
    CHECK(refusal(signed_token(good_header(key), claims, other), set_of(key)) == errc::unauthenticated);

    auto both = set_of(key);
    both.add(other);
    CHECK(verify(sign(somebody(), other), both, noon).has_value());
    CHECK(both.size() == 2);
}

TEST_CASE("only EdDSA is an algorithm, whatever the header says") {
    const auto key = signing_key::generate();
    const auto claims = R"({"iss":"madang","sub":"7","sid":9,"role":"user","iat":1795336200,"exp":1795336500})";
    REQUIRE(verify(signed_token(good_header(key), claims, key), set_of(key), noon).has_value());
    for (const std::string alg : {R"("none")", R"("None")", R"("HS256")", R"("eddsa")", R"(["EdDSA"])", "null"})
        CHECK(refusal(signed_token(R"({"alg":)" + alg + R"(,"kid":")" + key.kid() + "\"}", claims, key), set_of(key)) ==
              errc::unauthenticated);
    const auto none = base64url(R"({"alg":"none","kid":")" + key.kid() + "\"}") + "." + base64url(claims) + ".";
    CHECK(refusal(none, set_of(key)) == errc::unauthenticated);
    for (const std::string& header : {std::string(R"({"alg":"EdDSA"})"), std::string("[]"), std::string("x"), std::string(),
                                      R"({"alg":"EdDSA","crit":["x"],"kid":")" + key.kid() + "\"}"})
        CHECK(refusal(signed_token(header, claims, key), set_of(key)) == errc::unauthenticated);
}

TEST_CASE("a claim that is missing or wrong is refused, though well signed") {
    const auto key = signing_key::generate();
    const std::string all = R"({"iss":"madang","sub":"7","sid":9,"role":"user","iat":1795336200,"exp":1795336500})";
    for (const std::string name : {"iss", "sub", "sid", "role", "iat", "exp"}) {
        CAPTURE(name);
        for (const boost::json::value& wrong :
             {boost::json::value(), boost::json::value(true), boost::json::value(-1), boost::json::value("x y"),
              boost::json::value(1e300), boost::json::value(9007199254740993), boost::json::value("0")}) {
            if (name == "role" && wrong.is_string()) continue;
            auto claims = boost::json::parse(all).as_object();
            claims[name] = wrong;
            CHECK(refusal(signed_token(good_header(key), boost::json::serialize(claims), key), set_of(key)) ==
                  errc::unauthenticated);
        }
        auto claims = boost::json::parse(all).as_object();
        claims.erase(name);
        CHECK(refusal(signed_token(good_header(key), boost::json::serialize(claims), key), set_of(key)) == errc::unauthenticated);
    }
    CHECK(refusal(signed_token(good_header(key), std::string(100, '['), key), set_of(key)) == errc::unauthenticated);
}

TEST_CASE("a token over 4 KiB is refused, though well signed") {
    const auto key = signing_key::generate();
    auto claims = somebody();
    claims.role = std::string(2000, 'r');
    CHECK(verify(sign(claims, key), set_of(key), noon).has_value());
    claims.role = std::string(4000, 'r');
    const auto token = sign(claims, key);
    CHECK(refusal(token, set_of(key)) == errc::unauthenticated);
    token_cache cache;
    CHECK(cache.verify(token, set_of(key), noon).error().code == errc::unauthenticated);
}

#include "madang/crypto/keys.hpp"

#include "madang/crypto/digest.hpp"
#include "madang/crypto/random.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <stdexcept>

namespace madang::crypto {
namespace {

constexpr std::size_t key_bytes = 32;
constexpr std::size_t signature_bytes = 64;
constexpr std::size_t kid_characters = 12;  // 72 bits: plenty to tell a few keys apart

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key) { return {key, &EVP_PKEY_free}; }

using context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
context new_context() { return {EVP_MD_CTX_new(), &EVP_MD_CTX_free}; }

}  // namespace

std::string key_id(std::string_view public_key) {
    // RFC 7638: the required members in alphabetical order, without white space.
    const auto jwk = fmt::format(R"({{"crv":"Ed25519","kty":"OKP","x":"{}"}})", base64url(public_key));
    return base64url(as_bytes(sha256(jwk))).substr(0, kid_characters);
}

signing_key signing_key::generate() { return from_private(random_bytes(key_bytes)).value(); }

result<signing_key> signing_key::from_private(std::string_view seed) {
    if (seed.size() != key_bytes) return error{errc::internal, "a signing key has 32 bytes"};
    signing_key made;
    made.key_ = owned(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size()));
    made.public_.resize(key_bytes);
    auto length = made.public_.size();
    if (!made.key_ ||
        EVP_PKEY_get_raw_public_key(made.key_.get(), reinterpret_cast<unsigned char*>(made.public_.data()), &length) != 1) {
        ERR_clear_error();  // OpenSSL's queue of errors belongs to the thread, and would be found there by TLS
        return error{errc::internal, "OpenSSL refuses the signing key"};
    }
    made.seed_ = seed;
    made.kid_ = key_id(made.public_);
    return made;
}

std::string signing_key::sign(std::string_view message) const {
    const auto ctx = new_context();
    std::string signature(signature_bytes, '\0');
    auto length = signature.size();
    if (!ctx || EVP_DigestSignInit(ctx.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(ctx.get(), reinterpret_cast<unsigned char*>(signature.data()), &length, raw(message), message.size()) != 1)
        throw std::runtime_error("Ed25519 of OpenSSL has failed");
    return signature;
}

result<> key_set::add(std::string_view public_key) {
    if (public_key.size() != key_bytes) return error{errc::internal, "a public key has 32 bytes"};
    auto key = owned(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(public_key), public_key.size()));
    if (!key) {
        ERR_clear_error();
        return error{errc::internal, "OpenSSL refuses the public key"};
    }
    keys_.emplace(key_id(public_key), entry{std::move(key), std::string(public_key)});
    return {};
}

void key_set::add(const signing_key& key) { add(key.public_key()).value(); }

bool key_set::verify(const std::string& kid, std::string_view message, std::string_view signature) const {
    const auto found = keys_.find(kid);
    if (found == keys_.end() || signature.size() != signature_bytes) return false;
    const auto ctx = new_context();
    const bool good = ctx && EVP_DigestVerifyInit(ctx.get(), nullptr, nullptr, nullptr, found->second.key.get()) == 1 &&
                      EVP_DigestVerify(ctx.get(), raw(signature), signature.size(), raw(message), message.size()) == 1;
    if (!good) ERR_clear_error();
    return good;
}

std::string key_set::jwks_json() const {
    boost::json::array keys;
    for (const auto& [kid, key] : keys_)
        keys.push_back(
            {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", base64url(key.raw)}, {"kid", kid}, {"use", "sig"}, {"alg", "EdDSA"}});
    return boost::json::serialize(boost::json::object{{"keys", std::move(keys)}});
}

}  // namespace madang::crypto

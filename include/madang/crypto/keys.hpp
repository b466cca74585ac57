// Ed25519 keys (RFC 8032) that sign access tokens, and the set of those that are believed.
// Both are immutable once built and may be read by all threads; a changed set is a new set.
#pragma once

#include "madang/base/result.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace madang::crypto {

// The name of a key: the first 12 characters of its RFC 7638 thumbprint. One public key has one name everywhere.
[[nodiscard]] std::string key_id(std::string_view public_key);

class signing_key {
public:
    [[nodiscard]] static signing_key generate();
    // `seed`: 32 raw bytes, as seed() gave them. Otherwise `internal`.
    [[nodiscard]] static result<signing_key> from_private(std::string_view seed);

    [[nodiscard]] const std::string& kid() const noexcept { return kid_; }
    [[nodiscard]] const std::string& seed() const noexcept { return seed_; }          // 32 raw bytes, secret
    [[nodiscard]] const std::string& public_key() const noexcept { return public_; }  // 32 raw bytes

    // 64 raw bytes.
    [[nodiscard]] std::string sign(std::string_view message) const;

private:
    signing_key() = default;

    std::shared_ptr<evp_pkey_st> key_;
    std::string seed_;
    std::string public_;
    std::string kid_;
};

class key_set {
public:
    // 32 raw bytes; otherwise `internal`. Twice is once.
    result<> add(std::string_view public_key);
    void add(const signing_key& key);

    [[nodiscard]] bool contains(const std::string& kid) const { return keys_.contains(kid); }
    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
    // False also for a key that is not in the set.
    [[nodiscard]] bool verify(const std::string& kid, std::string_view message, std::string_view signature) const;

    // RFC 7517 and RFC 8037: {"keys":[{"kty":"OKP","crv":"Ed25519","x":...,"kid":...,"use":"sig","alg":"EdDSA"}]}
    [[nodiscard]] std::string jwks_json() const;

private:
    struct entry {
        std::shared_ptr<evp_pkey_st> key;
        std::string raw;
    };
    std::map<std::string, entry> keys_;  // by kid
};

}  // namespace madang::crypto

// Tokens that were verified, so that the check of a request costs a lookup instead of a signature (about 1 to 100).
// Thread-safe: 16 shards, a lock each. Keyed by the SHA-256 of the whole token; tokens themselves are not kept.
#pragma once

#include "madang/crypto/digest.hpp"
#include "madang/crypto/jwt.hpp"

#include <array>
#include <cstddef>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace madang::crypto {

class token_cache {
public:
    // Holds at most `capacity` tokens, about 300 bytes each, rounded up to a multiple of 16. The oldest goes first.
    explicit token_cache(std::size_t capacity = 100'000);

    // As crypto::verify(), and remembers what was right. Expiry and the presence of the key in `keys` are judged at each
    // use, so that a revoked key voids its tokens at once. Refused tokens are not remembered.
    [[nodiscard]] result<access_claims> verify(std::string_view token, const key_set& keys, timestamp now);

    [[nodiscard]] std::size_t size() const;

private:
    struct entry {
        digest name;
        std::string kid;
        access_claims claims;
    };
    struct first_bytes {  // a digest is its own hash
        std::size_t operator()(const digest& d) const noexcept {
            std::size_t n = 0;
            std::memcpy(&n, d.data(), sizeof n);
            return n;
        }
    };
    struct shard {
        mutable std::mutex guard;
        std::list<entry> by_age;  // oldest first
        std::unordered_map<digest, std::list<entry>::iterator, first_bytes> by_name;
    };
    static constexpr std::size_t shard_count = 16;

    shard& shard_of(const digest& name) noexcept { return shards_[name.back() % shard_count]; }
    static std::optional<access_claims> find(shard& in, const digest& name, const key_set& keys);
    void remember(shard& in, entry what, timestamp now);
    static void forget_oldest(shard& in);

    std::size_t most_;  // in a shard
    std::array<shard, shard_count> shards_;
};

}  // namespace madang::crypto

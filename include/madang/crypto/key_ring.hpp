// The keys in force: one signs, all verify. Thread-safe: a change swaps a whole set, readers keep the one they have.
#pragma once

#include "madang/crypto/keys.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace madang::crypto {

class key_ring {
public:
    struct keys {
        signing_key signer;
        key_set believed;
    };

    // `newest_first`: not empty; the first one signs.
    void set(const std::vector<signing_key>& newest_first) {
        key_set all;
        for (const auto& key : newest_first) all.add(key);
        std::atomic_store(&keys_, std::make_shared<const keys>(keys{newest_first.front(), std::move(all)}));
    }
    // Null before the first set().
    [[nodiscard]] std::shared_ptr<const keys> get() const { return std::atomic_load(&keys_); }

private:
    std::shared_ptr<const keys> keys_;  // by the free atomic functions: libstdc++ 12 has the atomic type, Debian's clang 14 not
};

}  // namespace madang::crypto

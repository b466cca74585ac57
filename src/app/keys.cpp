#include "keys.hpp"

namespace madang::app {

domain::stored_key new_stored_key(timestamp now) {
    const auto fresh = crypto::signing_key::generate();
    domain::stored_key key;
    key.kid = fresh.kid();
    key.seed = fresh.seed();
    key.created_at = now;
    return key;
}

async_result<> load_keys(domain::key_store& store, crypto::key_ring& ring) {
    const auto stored = co_await store.keys();
    if (!stored) co_return stored.error();
    std::vector<crypto::signing_key> believed;
    for (const auto& key : *stored) {
        if (key.revoked) continue;
        auto one = crypto::signing_key::from_private(key.seed);
        if (!one) co_return error{errc::internal, "A signing key in the database is damaged."};
        believed.push_back(std::move(*one));
    }
    if (believed.empty()) co_return error{errc::internal, "There is no signing key: run 'madang keys rotate'."};
    ring.set(believed);
    co_return result<>{};
}

async_result<> prepare_keys(domain::key_store& store, crypto::key_ring& ring, timestamp now) {
    auto first = new_stored_key(now);
    const auto added = co_await store.add_key(std::move(first), false, true);
    if (!added) co_return added.error();
    co_return co_await load_keys(store, ring);
}

}  // namespace madang::app

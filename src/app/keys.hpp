// Signing keys: from the store to the ring, and the first one of a new database.
#pragma once

#include "madang/crypto/key_ring.hpp"
#include "madang/domain/ports/account_store.hpp"

namespace madang::app {

// Reads the keys that are not revoked into the ring; `internal` if there is none.
[[nodiscard]] async_result<> load_keys(domain::key_store& store, crypto::key_ring& ring);
// Makes the first key where there is none, then loads.
[[nodiscard]] async_result<> prepare_keys(domain::key_store& store, crypto::key_ring& ring, timestamp now);

[[nodiscard]] domain::stored_key new_stored_key(timestamp now);

}  // namespace madang::app

#include "postgres/signing_keys.hpp"

#include "postgres/work.hpp"

namespace madang::storage::postgres {

using domain::stored_key;

async_result<std::vector<stored_key>> signing_keys::keys() {
    using found_keys = std::vector<stored_key>;
    // Of two keys of one millisecond all servers take the same one for the newer.
    return read<found_keys>(
        reads_, statements::of("SELECT kid, seed, created_at, revoked FROM signing_keys ORDER BY created_at DESC, kid DESC"),
        [](const answers& found) -> result<found_keys> {
            found_keys all;
            for (const auto r : found[0])
                all.push_back({r.get<std::string>(0), r.get<std::string>(1), r.get<timestamp>(2), r.get<bool>(3)});
            return all;
        });
}

async_result<> signing_keys::add_key(stored_key key, bool revoke_others, bool only_if_none) {
    return transact(writes_, [key = std::move(key), revoke_others, only_if_none](database& db) -> task<result<>> {
        // There is no row to lock while there is no key: two servers that start at once meet here. Readers do not wait.
        auto first = statements::of("LOCK TABLE signing_keys IN SHARE ROW EXCLUSIVE MODE");
        first.add("SELECT EXISTS (SELECT FROM signing_keys WHERE NOT revoked), EXISTS (SELECT FROM signing_keys WHERE kid = $1)",
                  key.kid);
        const auto found = co_await db.run(std::move(first));
        const auto there = found[1].front();
        if (only_if_none && there.get<bool>(0)) co_return result<>{};
        if (there.get<bool>(1)) co_return errc::conflict;
        statements all;
        if (revoke_others) all.add("UPDATE signing_keys SET revoked = true WHERE NOT revoked");
        all.add("INSERT INTO signing_keys (kid, seed, created_at, revoked) VALUES ($1, $2, $3, $4)", key.kid, key.seed,
                key.created_at, key.revoked);
        (void)co_await db.run(std::move(all));
        co_return result<>{};
    });
}

}  // namespace madang::storage::postgres

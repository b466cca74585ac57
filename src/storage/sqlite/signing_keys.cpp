#include "sqlite/signing_keys.hpp"

namespace madang::storage::sqlite {

using domain::stored_key;

async_result<std::vector<stored_key>> signing_keys::keys() {
    using found = std::vector<stored_key>;
    return read<found>(readers_, [](database& db) -> result<found> {
        auto rows = db.run("SELECT kid, seed, created_at, revoked FROM signing_keys ORDER BY created_at DESC, rowid DESC");
        found all;
        while (rows.step())
            all.push_back({rows.get<std::string>(0), rows.get<std::string>(1), rows.get<timestamp>(2), rows.get<bool>(3)});
        return all;
    });
}

async_result<> signing_keys::add_key(stored_key key, bool revoke_others, bool only_if_none) {
    return write(writer_, 0, [key = std::move(key), revoke_others, only_if_none](writing& w) -> result<> {
        if (only_if_none && w.db.any("SELECT 1 FROM signing_keys WHERE revoked = 0")) return {};
        if (w.db.any("SELECT 1 FROM signing_keys WHERE kid = ?", key.kid)) return errc::conflict;
        if (revoke_others) w.db.change("UPDATE signing_keys SET revoked = 1");
        w.db.change("INSERT INTO signing_keys (kid, seed, created_at, revoked) VALUES (?, CAST(? AS BLOB), ?, ?)", key.kid,
                    key.seed, key.created_at, key.revoked);
        return {};
    });
}

}  // namespace madang::storage::sqlite

// What a sqlite_store is made of. Tests build it to look inside.
#pragma once

#include "madang/storage/sqlite_store.hpp"
#include "sqlite/accounts.hpp"
#include "sqlite/contacts.hpp"
#include "sqlite/log.hpp"
#include "sqlite/logins.hpp"
#include "sqlite/rooms.hpp"
#include "sqlite/signing_keys.hpp"

#include <utility>

namespace madang::storage::sqlite {

struct parts {
    parts(sqlite_options o, const clock& c);

    const sqlite_options options;
    store_stats stats;
    reporter report;
    writer writes;
    readers reads;
    accounts account_store;
    logins login_store;
    signing_keys key_store;
    contacts contact_store;
    rooms room_store;
    log room_log;
};

}  // namespace madang::storage::sqlite

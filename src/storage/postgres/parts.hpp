// What a postgres_store is made of. Tests build it to look inside.
#pragma once

#include "madang/storage/postgres_store.hpp"
#include "postgres/accounts.hpp"
#include "postgres/contacts.hpp"
#include "postgres/log.hpp"
#include "postgres/logins.hpp"
#include "postgres/rooms.hpp"
#include "postgres/signing_keys.hpp"

namespace madang::storage::postgres {

struct parts {
    parts(asio::io_context& io, postgres_options o, const clock& c);

    void stop();

    const postgres_options options;
    store_stats stats;
    reporter report;
    connector connect;
    precedence first;
    announcer tell;
    pool reads;
    pool writes;
    writer rooms_writer;
    accounts account_store;
    logins login_store;
    signing_keys key_store;
    contacts contact_store;
    rooms room_store;
    log room_log;
};

}  // namespace madang::storage::postgres

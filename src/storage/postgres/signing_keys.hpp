// key_store over PostgreSQL. Holds nothing but its two doors; thread-safe.
#pragma once

#include "madang/domain/ports/account_store.hpp"
#include "postgres/pool.hpp"

namespace madang::storage::postgres {

class signing_keys final : public domain::key_store {
public:
    signing_keys(pool& writes, pool& reads) : writes_(writes), reads_(reads) {}

    async_result<std::vector<domain::stored_key>> keys() override;
    async_result<> add_key(domain::stored_key key, bool revoke_others, bool only_if_none) override;

private:
    pool& writes_;
    pool& reads_;
};

}  // namespace madang::storage::postgres

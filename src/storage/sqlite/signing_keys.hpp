// key_store over SQLite. Holds nothing but its two doors; thread-safe.
#pragma once

#include "madang/domain/ports/account_store.hpp"
#include "sqlite/readers.hpp"
#include "sqlite/writer.hpp"

namespace madang::storage::sqlite {

class signing_keys final : public domain::key_store {
public:
    signing_keys(writer& w, readers& r) : writer_(w), readers_(r) {}

    async_result<std::vector<domain::stored_key>> keys() override;
    async_result<> add_key(domain::stored_key key, bool revoke_others, bool only_if_none) override;

private:
    writer& writer_;
    readers& readers_;
};

}  // namespace madang::storage::sqlite

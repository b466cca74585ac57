// contact_store over SQLite. Holds nothing but its two doors; thread-safe.
#pragma once

#include "madang/domain/ports/contact_store.hpp"
#include "sqlite/readers.hpp"
#include "sqlite/writer.hpp"

namespace madang::storage::sqlite {

class contacts final : public domain::contact_store {
public:
    contacts(writer& w, readers& r) : writer_(w), readers_(r) {}

    async_result<std::vector<domain::contact>> friends(user_id me, user_id after, std::size_t limit) override;
    async_result<std::vector<domain::contact>> requests(user_id me, user_id after, std::size_t limit) override;
    async_result<std::vector<domain::contact>> blocks(user_id me, user_id after, std::size_t limit) override;
    async_result<friendship> befriend(user_id me, user_id other, std::size_t most) override;
    async_result<domain::contact> accept(user_id me, user_id other, std::size_t most) override;
    async_result<> decline(user_id me, user_id other) override;
    async_result<bool> unfriend(user_id me, user_id other) override;
    async_result<bool> block(user_id me, user_id other) override;
    async_result<> unblock(user_id me, user_id other) override;

private:
    writer& writer_;
    readers& readers_;
};

}  // namespace madang::storage::sqlite

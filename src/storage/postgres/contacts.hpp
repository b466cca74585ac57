// contact_store over PostgreSQL. Holds nothing but its two doors; thread-safe.
//
// What is between two people is written by who has locked both of them: `contacts` and `blocks` have no locks of their own.
#pragma once

#include "madang/domain/ports/contact_store.hpp"
#include "postgres/pool.hpp"

namespace madang::storage::postgres {

class contacts final : public domain::contact_store {
public:
    contacts(pool& writes, pool& reads, const clock& time) : writes_(writes), reads_(reads), clock_(time) {}

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
    pool& writes_;
    pool& reads_;
    const clock& clock_;
};

}  // namespace madang::storage::postgres

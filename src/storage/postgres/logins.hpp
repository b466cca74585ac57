// login_store over PostgreSQL. Holds nothing but its two doors; thread-safe.
//
// Locks: a person's row before the rows of sessions, wherever more than one session is written; of one session alone its row.
#pragma once

#include "madang/domain/ports/account_store.hpp"
#include "postgres/pool.hpp"

// The columns of `sessions s`, as login_at() reads them. A macro, because a statement is one literal.
#define LOGIN_COLUMNS "s.id, s.user_id, s.device, s.address, s.created_at, s.last_used_at, s.expires_at"

namespace madang::storage::postgres {

class logins final : public domain::login_store {
public:
    logins(pool& writes, pool& reads, const clock& time) : writes_(writes), reads_(reads), clock_(time) {}

    async_result<opened> open(domain::new_login l, std::size_t most) override;
    async_result<rotation> rotate(std::string hash, std::string next_hash, std::string address, std::chrono::milliseconds grace,
                                  timestamp expires_at) override;
    async_result<std::vector<domain::login>> logins_of(user_id user) override;
    async_result<bool> end(user_id user, session_id session) override;
    async_result<std::vector<session_id>> end_all(user_id user) override;
    async_result<std::vector<session_id>> ended_since(timestamp since) override;
    async_result<std::int64_t> sweep(timestamp before) override;

private:
    pool& writes_;
    pool& reads_;
    const clock& clock_;
};

[[nodiscard]] domain::login login_at(const row& r);

}  // namespace madang::storage::postgres

// login_store over SQLite. Holds nothing but its two doors; thread-safe.
#pragma once

#include "madang/domain/ports/account_store.hpp"
#include "sqlite/readers.hpp"
#include "sqlite/writer.hpp"

namespace madang::storage::sqlite {

class logins final : public domain::login_store {
public:
    logins(writer& w, readers& r, const clock& c) : writer_(w), readers_(r), clock_(c) {}

    async_result<opened> open(domain::new_login l, std::size_t most) override;
    async_result<rotation> rotate(std::string hash, std::string next_hash, std::string address, std::chrono::milliseconds grace,
                                  timestamp expires_at) override;
    async_result<std::vector<domain::login>> logins_of(user_id user) override;
    async_result<bool> end(user_id user, session_id session) override;
    async_result<std::vector<session_id>> end_all(user_id user) override;
    async_result<std::vector<session_id>> ended_since(timestamp since) override;
    async_result<std::int64_t> sweep(timestamp before) override;

private:
    writer& writer_;
    readers& readers_;
    const clock& clock_;
};

// A session, open or not; nothing for an unknown one.
[[nodiscard]] std::optional<domain::login> login_of(database& db, session_id session);

}  // namespace madang::storage::sqlite

// account_store over SQLite. Holds nothing but its two doors; thread-safe.
#pragma once

#include "madang/domain/ports/account_store.hpp"
#include "sqlite/readers.hpp"
#include "sqlite/writer.hpp"

namespace madang::storage::sqlite {

class accounts final : public domain::account_store {
public:
    accounts(writer& w, readers& r) : writer_(w), readers_(r) {}

    async_result<domain::user> create_user(domain::new_user u) override;
    async_result<std::optional<domain::credentials>> find_credentials(std::string username) override;
    async_result<domain::credentials> credentials_of(user_id id) override;
    async_result<domain::user> find_user(user_id id) override;
    async_result<std::vector<domain::user>> find_users(std::vector<user_id> ids) override;
    async_result<domain::user> find_user_by_name(std::string username) override;
    async_result<std::vector<domain::user>> search_users(std::string query, std::string after, std::size_t limit) override;
    async_result<std::vector<domain::user>> list_users(user_id after, std::size_t limit) override;
    async_result<domain::user> update_profile(user_id id, domain::profile_change change) override;
    async_result<> renew_password_hash(user_id id, std::string known, std::string hash) override;
    async_result<std::vector<session_id>> set_password(user_id id, std::string hash, session_id keep) override;
    async_result<> set_role(user_id id, std::string role) override;
    async_result<std::vector<session_id>> set_disabled(user_id id, bool disabled) override;
    async_result<erasure> erase_user(user_id id) override;

private:
    writer& writer_;
    readers& readers_;
};

}  // namespace madang::storage::sqlite

// People by id, with what is kept of them. Whatever signs in or lets in asks by name or for credentials, and passes.
#pragma once

#include "people.hpp"

#include "madang/cache/invalidation.hpp"
#include "madang/domain/ports/account_store.hpp"

namespace madang::cache {

class cached_accounts final : public domain::account_store {
public:
    cached_accounts(const people& users, invalidation& changes, domain::account_store& store)
        : people_(users), changes_(changes), store_(store) {}

    async_result<domain::user> find_user(user_id id) override;
    async_result<domain::user> update_profile(user_id id, domain::profile_change change) override;
    async_result<> set_role(user_id id, std::string role) override;
    async_result<std::vector<session_id>> set_disabled(user_id id, bool disabled) override;
    async_result<erasure> erase_user(user_id id) override;

    async_result<domain::user> create_user(domain::new_user u) override;
    async_result<std::optional<domain::credentials>> find_credentials(std::string username) override {
        return store_.find_credentials(std::move(username));
    }
    async_result<domain::credentials> credentials_of(user_id id) override { return store_.credentials_of(id); }
    async_result<std::vector<domain::user>> find_users(std::vector<user_id> ids) override {
        return store_.find_users(std::move(ids));
    }
    async_result<domain::user> find_user_by_name(std::string username) override {
        return store_.find_user_by_name(std::move(username));
    }
    async_result<std::vector<domain::user>> search_users(std::string query, std::string after, std::size_t limit) override {
        return store_.search_users(std::move(query), std::move(after), limit);
    }
    async_result<std::vector<domain::user>> list_users(user_id after, std::size_t limit) override {
        return store_.list_users(after, limit);
    }
    async_result<> renew_password_hash(user_id id, std::string known, std::string hash) override {
        return store_.renew_password_hash(id, std::move(known), std::move(hash));
    }
    async_result<std::vector<session_id>> set_password(user_id id, std::string hash, session_id keep) override {
        return store_.set_password(id, std::move(hash), keep);
    }

private:
    const people& people_;
    invalidation& changes_;
    domain::account_store& store_;
};

}  // namespace madang::cache

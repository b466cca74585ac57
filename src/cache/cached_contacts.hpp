// Friends, with what is kept of them; requests and blocks pass.
#pragma once

#include "people.hpp"

#include "madang/cache/invalidation.hpp"
#include "madang/domain/ports/contact_store.hpp"

namespace madang::cache {

class cached_contacts final : public domain::contact_store {
public:
    // Who has more is the database's to list beyond.
    static constexpr std::size_t most_friends = 1000;

    cached_contacts(const records& kept, const people& users, invalidation& changes, domain::contact_store& store)
        : kept_(kept), people_(users), changes_(changes), store_(store) {}

    async_result<std::vector<domain::contact>> friends(user_id me, user_id after, std::size_t limit) override;
    async_result<friendship> befriend(user_id me, user_id other, std::size_t most) override;
    async_result<domain::contact> accept(user_id me, user_id other, std::size_t most) override;
    async_result<bool> unfriend(user_id me, user_id other) override;
    async_result<bool> block(user_id me, user_id other) override;

    async_result<std::vector<domain::contact>> requests(user_id me, user_id after, std::size_t limit) override {
        return store_.requests(me, after, limit);
    }
    async_result<std::vector<domain::contact>> blocks(user_id me, user_id after, std::size_t limit) override {
        return store_.blocks(me, after, limit);
    }
    async_result<> decline(user_id me, user_id other) override { return store_.decline(me, other); }
    async_result<> unblock(user_id me, user_id other) override { return store_.unblock(me, other); }

private:
    // Nothing where what is kept does not suffice.
    async_result<std::optional<std::vector<domain::contact>>> kept_friends(user_id me, user_id after, std::size_t limit);
    void changed(user_id one, user_id other) { changes_.friends_changed(std::vector<user_id>{one, other}); }

    const records& kept_;
    const people& people_;
    invalidation& changes_;
    domain::contact_store& store_;
};

}  // namespace madang::cache

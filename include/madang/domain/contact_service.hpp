// Friends and blocks: asks the store, and tells the people whom it concerns.
#pragma once

#include "madang/domain/ports/account_store.hpp"
#include "madang/domain/ports/audience.hpp"
#include "madang/domain/ports/contact_store.hpp"
#include "madang/domain/presence.hpp"

namespace madang::domain {

class contact_service {
public:
    struct parts {
        contact_store& contacts;
        account_store& accounts;
        audience& listeners;
        presence_board& board;
        presence& watched;
    };
    contact_service(parts p, std::size_t most_friends)
        : contacts_(p.contacts),
          accounts_(p.accounts),
          audience_(p.listeners),
          board_(p.board),
          presence_(p.watched),
          most_(most_friends) {}

    async_result<std::vector<contact>> friends(user_id me, user_id after, std::size_t limit) {
        return contacts_.friends(me, after, limit);
    }
    async_result<std::vector<contact>> requests(user_id me, user_id after, std::size_t limit) {
        return contacts_.requests(me, after, limit);
    }
    async_result<std::vector<contact>> blocks(user_id me, user_id after, std::size_t limit) {
        return contacts_.blocks(me, after, limit);
    }
    // One for each, in their order.
    task<std::vector<presence_state>> presence_of(std::vector<user_id> people) { return board_.look(std::move(people)); }

    async_result<contact_store::friendship> befriend(user_id me, user_id other);
    async_result<contact_store::friendship> befriend(user_id me, std::string username);
    async_result<> accept(user_id me, user_id other);
    async_result<> decline(user_id me, user_id other);
    async_result<> unfriend(user_id me, user_id other);
    async_result<> block(user_id me, user_id other);
    async_result<> unblock(user_id me, user_id other) { return contacts_.unblock(me, other); }

private:
    // Tells `to` that something of this type happened with `about`.
    async_result<> tell(user_id to, std::string_view type, user_id about);
    // Both of them.
    task<> tell_both(std::string_view type, user_id one, user_id other);

    contact_store& contacts_;
    account_store& accounts_;
    audience& audience_;
    presence_board& board_;
    presence& presence_;
    const std::size_t most_;
};

}  // namespace madang::domain

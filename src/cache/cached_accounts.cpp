#include "cached_accounts.hpp"

namespace madang::cache {

using namespace domain;

async_result<user> cached_accounts::find_user(user_id id) {
    std::vector<user_id> one{id};
    auto found = co_await people_.find(std::move(one));
    if (!found) co_return found.error();
    const auto at = found->find(id);
    if (at == found->end()) co_return errc::not_found;
    co_return std::move(at->second);
}

// Ids are not given again, but somebody may have asked for this one before it was there.
async_result<user> cached_accounts::create_user(new_user u) {
    auto made = co_await store_.create_user(std::move(u));
    if (made) changes_.person_changed(made->id);
    co_return made;
}

// Whatever the answers are: one that was lost may stand for a change that was made.
async_result<user> cached_accounts::update_profile(user_id id, profile_change change) {
    auto done = co_await store_.update_profile(id, std::move(change));
    changes_.person_changed(id);
    co_return done;
}

async_result<> cached_accounts::set_role(user_id id, std::string role) {
    auto done = co_await store_.set_role(id, std::move(role));
    changes_.person_changed(id);
    co_return done;
}

async_result<std::vector<session_id>> cached_accounts::set_disabled(user_id id, bool disabled) {
    auto done = co_await store_.set_disabled(id, disabled);
    changes_.person_changed(id);
    co_return done;
}

// The groups that they leave are told to the commit listener.
async_result<account_store::erasure> cached_accounts::erase_user(user_id id) {
    auto done = co_await store_.erase_user(id);
    changes_.person_changed(id);
    changes_.place_changed(id);
    std::vector<user_id> lost{id};
    if (done) lost.insert(lost.end(), done->friends.begin(), done->friends.end());
    changes_.friends_changed(std::move(lost));
    co_return done;
}

}  // namespace madang::cache

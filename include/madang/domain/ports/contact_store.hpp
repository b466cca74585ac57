// What friends and blocks need of the database. The same rules as in account_store.hpp.
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/user.hpp"

#include <vector>

namespace madang::domain {

struct contact {
    user who;
    timestamp since{};
    bool incoming = false;  // requests: who asked
};

class contact_store {
public:
    virtual ~contact_store() = default;

    // Pages are ordered by the other's id and start after `after`.
    virtual async_result<std::vector<contact>> friends(user_id me, user_id after, std::size_t limit) = 0;
    virtual async_result<std::vector<contact>> requests(user_id me, user_id after, std::size_t limit) = 0;
    virtual async_result<std::vector<contact>> blocks(user_id me, user_id after, std::size_t limit) = 0;

    enum class befriended { requested, still_requested, friends };
    struct friendship {
        befriended what = befriended::requested;
        contact other;
    };
    // Asks, or accepts where the other had asked. not_found (nobody, or deleted), cannot_befriend_yourself, already_friends,
    // blocked (either way), conflict (one of the two has `most` friends, or `most` open requests in both directions together).
    virtual async_result<friendship> befriend(user_id me, user_id other, std::size_t most) = 0;
    // not_found without an open request of theirs; conflict as above.
    virtual async_result<contact> accept(user_id me, user_id other, std::size_t most) = 0;
    // Their request is declined, or mine withdrawn. not_found without one.
    virtual async_result<> decline(user_id me, user_id other) = 0;
    virtual async_result<bool> unfriend(user_id me, user_id other) = 0;  // false: we were none

    // not_found. Ends friendship and requests; answers whether there was a friendship or request to end.
    virtual async_result<bool> block(user_id me, user_id other) = 0;
    virtual async_result<> unblock(user_id me, user_id other) = 0;
};

}  // namespace madang::domain

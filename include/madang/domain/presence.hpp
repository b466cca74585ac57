// Friends' presence for who watches it on this node: everything on greeting, then changes, at most one digest a second to each
// person. What is told of a change is a hint to look at the board again; without hints everybody who is watched is looked at
// every few seconds, so a lost hint or a dead node is made good.
// Thread: its own strand; the public functions may be called from anywhere.
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/ports/audience.hpp"
#include "madang/domain/ports/contact_store.hpp"
#include "madang/domain/ports/interest.hpp"
#include "madang/domain/ports/presence_board.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <unordered_map>
#include <unordered_set>

namespace madang::domain {

class presence final : public interest {
public:
    struct timing {
        std::chrono::milliseconds digest{1000};
        std::chrono::milliseconds look_again{10'000};  // at everybody who is watched
    };
    struct parts {
        contact_store& contacts;
        presence_board& board;
        audience& here;
        interest* others = nullptr;  // told whose news this node wants; null: there are no other nodes
        std::function<void(user_id)> tell_others_of_change = nullptr;   // this person came or went
        std::function<void(user_id)> tell_others_of_friends = nullptr;  // this person's friends are others now
    };
    presence(executor strand, parts p, timing t);
    ~presence() override;

    void stop();

    void in_room(room_id, bool) override {}
    void in_user(user_id user, bool here) override;
    void in_presence(user_id user, bool here) override;

    // Shows everything to who has just begun to watch, on whichever device.
    void greet(user_id watcher);
    // They have become friends, or are none any more: on whatever node they watch.
    void friends_changed(user_id one, user_id other);

    // From another node.
    void heard_of_change(user_id user);
    void heard_of_friends(user_id watcher);

private:
    class desk;
    const std::shared_ptr<desk> desk_;
};

}  // namespace madang::domain

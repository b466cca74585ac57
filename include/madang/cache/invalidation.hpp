// Which copies a change makes void, and the dropping of them: on this node and in Redis before anybody is told of the change, on
// other nodes by what the bus carries. Thread-safe; nothing here waits.
//
// Changes of rooms and of who is in them come by way of the commit listener, whoever made them. The decorators of store_cache
// tell the rest: marks, mutes, people and friends.
#pragma once

#include "madang/cache/look_aside.hpp"
#include "madang/domain/ports/copies.hpp"
#include "madang/domain/ports/room_log.hpp"

#include <functional>
#include <string>
#include <vector>

namespace madang::cache {

class records;

class invalidation final : public domain::commit_listener, public domain::copies {
public:
    invalidation(const records& kept, look_aside& texts) : kept_(kept), texts_(texts) {}

    // Before the first change. Whom to tell of commits next; and how to name void copies to all other nodes.
    void then(domain::commit_listener& next) { next_ = &next; }
    void tell_others(std::function<void(std::string)> say) { say_ = std::move(say); }

    void committed(std::vector<domain::commit> batch) override;

    // Their place in a room, and what the room's members see of it. Often and of little weight: other nodes are not told.
    void mark_moved(room_id room, user_id user);
    void person_changed(user_id user);
    void place_changed(user_id user);
    void friends_changed(std::vector<user_id> people);

    void others_committed(std::span<const domain::commit> batch) override;
    void others_changed(std::string_view what) override;
    void missed_something() override { texts_.forget_all(); }

private:
    [[nodiscard]] std::vector<std::string> keys_of(std::span<const domain::commit> batch) const;
    void add_room(std::vector<std::string>& keys, room_id room) const;
    void drop_everywhere(std::vector<std::string> keys);

    const records& kept_;
    look_aside& texts_;
    domain::commit_listener* next_ = nullptr;
    std::function<void(std::string)> say_;
};

}  // namespace madang::cache

#include "madang/cache/invalidation.hpp"

#include "records.hpp"

#include <algorithm>

namespace madang::cache {

using namespace domain;

namespace {

void keep_one_of_each(std::vector<std::string>& keys) {
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
}

}  // namespace

void invalidation::add_room(std::vector<std::string>& keys, room_id room) const {
    for (const auto what : {kind::face, kind::members, kind::newest}) keys.push_back(kept_.key(what, room.value));
}

// A message moves its author's mark, and whoever comes, goes or has another role sees another list.
std::vector<std::string> invalidation::keys_of(std::span<const commit> batch) const {
    std::vector<std::string> keys;
    keys.reserve(batch.size() * 4);
    const auto add_places = [&](user_id of) { keys.push_back(kept_.key(kind::places, of.value)); };
    room_id last;
    for (const auto& c : batch) {
        if (std::exchange(last, c.room) != c.room) add_room(keys, c.room);
        for (const auto user : c.joined) add_places(user);
        for (const auto user : c.left) add_places(user);
        if (!c.event) continue;
        if (c.event->kind() == event_kind::message) add_places(c.event->author);
        if (const auto* role = std::get_if<role_changed>(&c.event->body)) add_places(role->user);
    }
    keep_one_of_each(keys);
    return keys;
}

void invalidation::committed(std::vector<commit> batch) {
    texts_.drop(keys_of(batch));
    next_->committed(std::move(batch));
}

void invalidation::mark_moved(room_id room, user_id user) {
    std::vector<std::string> keys;
    add_room(keys, room);
    keys.push_back(kept_.key(kind::places, user.value));
    texts_.drop(std::move(keys));
}

void invalidation::person_changed(user_id user) {
    std::vector<std::string> keys;
    keys.push_back(kept_.key(kind::user, user.value));
    drop_everywhere(std::move(keys));
}

void invalidation::place_changed(user_id user) {
    std::vector<std::string> keys;
    keys.push_back(kept_.key(kind::places, user.value));
    drop_everywhere(std::move(keys));
}

void invalidation::friends_changed(std::vector<user_id> people) {
    std::vector<std::string> keys;
    keys.reserve(people.size());
    for (const auto user : people) keys.push_back(kept_.key(kind::friends, user.value));
    drop_everywhere(std::move(keys));
}

// Others are told when Redis has dropped them: before, they would fetch what is void from there again.
void invalidation::drop_everywhere(std::vector<std::string> keys) {
    if (!say_) return texts_.drop(std::move(keys));
    std::string named;
    for (const auto& key : keys) named += (named.empty() ? "" : " ") + key;
    texts_.drop(std::move(keys), [say = say_, named = std::move(named)]() mutable { say(std::move(named)); });
}

void invalidation::others_committed(std::span<const commit> batch) { texts_.forget(keys_of(batch)); }

void invalidation::others_changed(std::string_view what) {
    std::vector<std::string> keys;
    while (!what.empty()) {
        const auto end = std::min(what.find(' '), what.size());
        keys.emplace_back(what.substr(0, end));
        what.remove_prefix(std::min(end + 1, what.size()));
    }
    texts_.forget(keys);
}

}  // namespace madang::cache

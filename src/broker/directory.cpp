#include "madang/broker/directory.hpp"

namespace madang::broker {
namespace {

// True when it was nowhere before.
template <class Map, class Key>
bool set(Map& map, const Key& key, std::size_t shard) {
    auto& where = map[key];
    const bool is_new = where == 0;
    where |= directory::mask{1} << shard;
    return is_new;
}

// True when it is nowhere now.
template <class Map, class Key>
bool unset(Map& map, const Key& key, std::size_t shard) {
    const auto at = map.find(key);
    if (at == map.end()) return false;
    at->second &= ~(directory::mask{1} << shard);
    if (at->second != 0) return false;
    map.erase(at);
    return true;
}

template <class Map, class Key>
directory::mask get(const Map& map, const Key& key) {
    const auto at = map.find(key);
    return at == map.end() ? 0 : at->second;
}

}  // namespace

void directory::add(const std::string& topic, std::size_t shard) {
    std::unique_lock hold{lock_};
    const bool is_new = set(topics_, topic, shard);
    hold.unlock();
    if (is_new && observer_ != nullptr) observer_->topic(topic, true);
}

void directory::remove(const std::string& topic, std::size_t shard) {
    std::unique_lock hold{lock_};
    const bool gone = unset(topics_, topic, shard);
    hold.unlock();
    if (gone && observer_ != nullptr) observer_->topic(topic, false);
}

void directory::add(user_id user, std::size_t shard) {
    std::unique_lock hold{lock_};
    const bool is_new = set(users_, user, shard);
    hold.unlock();
    if (is_new && observer_ != nullptr) observer_->user(user, true);
}

void directory::remove(user_id user, std::size_t shard) {
    std::unique_lock hold{lock_};
    const bool gone = unset(users_, user, shard);
    hold.unlock();
    if (gone && observer_ != nullptr) observer_->user(user, false);
}

directory::mask directory::of(const std::string& topic) const {
    const std::lock_guard hold{lock_};
    return get(topics_, topic);
}

directory::mask directory::of(user_id user) const {
    const std::lock_guard hold{lock_};
    return get(users_, user);
}

directory::mask directory::of(const publication& p) const {
    const std::lock_guard hold{lock_};
    mask all = get(topics_, p.topic);
    for (const auto user : p.joined) all |= get(users_, user);
    for (const auto user : p.left) all |= get(users_, user);
    return all;
}

}  // namespace madang::broker

#include "madang/broker/directory.hpp"

namespace madang::broker {
namespace {

template <class Map, class Key>
void unset(Map& map, const Key& key, std::size_t shard) {
    const auto at = map.find(key);
    if (at == map.end()) return;
    at->second &= ~(directory::mask{1} << shard);
    if (at->second == 0) map.erase(at);
}

template <class Map, class Key>
directory::mask get(const Map& map, const Key& key) {
    const auto at = map.find(key);
    return at == map.end() ? 0 : at->second;
}

}  // namespace

void directory::add(const std::string& topic, std::size_t shard) {
    const std::lock_guard hold{lock_};
    topics_[topic] |= mask{1} << shard;
}

void directory::remove(const std::string& topic, std::size_t shard) {
    const std::lock_guard hold{lock_};
    unset(topics_, topic, shard);
}

void directory::add(user_id user, std::size_t shard) {
    const std::lock_guard hold{lock_};
    users_[user] |= mask{1} << shard;
}

void directory::remove(user_id user, std::size_t shard) {
    const std::lock_guard hold{lock_};
    unset(users_, user, shard);
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

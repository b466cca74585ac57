#include "cached_contacts.hpp"

#include "kept.hpp"

#include <algorithm>

namespace madang::cache {

using namespace domain;

async_result<std::vector<contact>> cached_contacts::friends(user_id me, user_id after, std::size_t limit) {
    auto kept = co_await kept_friends(me, after, limit);
    if (!kept) co_return kept.error();
    if (*kept) co_return std::move(**kept);
    co_return co_await store_.friends(me, after, limit);
}

async_result<std::optional<std::vector<contact>>> cached_contacts::kept_friends(user_id me, user_id after, std::size_t limit) {
    using list = beginning<kept_friend>;
    std::function<async_result<list>()> load = [&store = store_, me]() -> async_result<list> {
        const auto found = co_await store.friends(me, user_id{}, most_friends + 1);
        if (!found) co_return found.error();
        list all;
        all.whole = found->size() <= most_friends;
        all.items.reserve(found->size());
        for (const auto& c : *found) all.items.push_back({c.who.id, c.since});
        if (!all.whole) all.items.pop_back();
        co_return all;
    };
    auto kept = co_await kept_.one<list>(kind::friends, me.value, std::move(load));
    if (!kept) co_return kept.error();
    if (!*kept) co_return std::nullopt;
    const auto& all = (*kept)->items;  // by id
    auto from = std::ranges::upper_bound(all, after, {}, &kept_friend::user);
    const auto left = static_cast<std::size_t>(all.end() - from);
    if (left < limit && !(*kept)->whole) co_return std::nullopt;
    const std::vector<kept_friend> page{from, from + static_cast<std::ptrdiff_t>(std::min(left, limit))};

    std::vector<user_id> wanted;
    wanted.reserve(page.size());
    for (const auto& f : page) wanted.push_back(f.user);
    const auto users = co_await people_.find(std::move(wanted));
    if (!users) co_return users.error();
    std::vector<contact> friends;
    friends.reserve(page.size());
    for (const auto& f : page) {
        const auto who = users->find(f.user);
        if (who == users->end()) co_return std::nullopt;
        friends.push_back({who->second, f.since, false});
    }
    co_return friends;
}

// Whatever the answers are: one that was lost may stand for a change that was made.
async_result<contact_store::friendship> cached_contacts::befriend(user_id me, user_id other, std::size_t most) {
    auto made = co_await store_.befriend(me, other, most);
    changed(me, other);
    co_return made;
}

async_result<contact> cached_contacts::accept(user_id me, user_id other, std::size_t most) {
    auto made = co_await store_.accept(me, other, most);
    changed(me, other);
    co_return made;
}

async_result<bool> cached_contacts::unfriend(user_id me, user_id other) {
    auto ended = co_await store_.unfriend(me, other);
    changed(me, other);
    co_return ended;
}

async_result<bool> cached_contacts::block(user_id me, user_id other) {
    auto ended = co_await store_.block(me, other);
    changed(me, other);
    co_return ended;
}

}  // namespace madang::cache

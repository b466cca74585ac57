#include "people.hpp"

#include "kept.hpp"

#include <algorithm>

namespace madang::cache {

using domain::user;

async_result<people::by_id> people::find(std::vector<user_id> ids) const {
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    std::function<async_result<std::vector<user>>(std::vector<user_id>)> load = [&store = store_](std::vector<user_id> missing) {
        return store.find_users(std::move(missing));
    };
    auto found =
        co_await kept_.many<user, user_id>(kind::user, std::move(ids), std::move(load), [](const user& u) { return u.id; });
    if (!found) co_return found.error();
    by_id all;
    for (auto& one : *found)
        if (one) all.emplace(one->id, std::move(*one));
    co_return all;
}

}  // namespace madang::cache

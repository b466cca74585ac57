#include "join_check.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace madang::bus {

using namespace domain;

namespace {

// They hear from the joining on; and what was said since is read.
std::vector<commit> commits_of(const room_store::seat_taken& taken) {
    commit joins;
    joins.room = taken.where.room;
    joins.head = taken.where.visible_from;
    joins.joined = {taken.user};
    commit stands;
    stands.room = taken.where.room;
    stands.head = taken.where.last_seq;
    return {std::move(joins), std::move(stands)};
}

}  // namespace

void join_check::look(std::vector<user_id> people) {
    if (running_) owed_ = true;
    if (running_ || stopped_ || people.empty()) return;
    running_ = true;
    owed_ = false;
    asio::co_spawn(strand_, run(std::move(people)), asio::detached);
}

task<> join_check::run(std::vector<user_id> people) {
    const auto self = shared_from_this();
    const auto began = time_.now();
    std::set<std::pair<user_id, room_id>> found;
    bool all = true;
    for (std::size_t at = 0; at < people.size() && all && !stopped_; at += room_store::most_heads) {
        const auto end = std::min(people.size(), at + room_store::most_heads);
        std::vector<user_id> some{people.begin() + static_cast<std::ptrdiff_t>(at),
                                  people.begin() + static_cast<std::ptrdiff_t>(end)};
        const auto taken = co_await rooms_.seats_taken(std::move(some), known_until_ - overlap);
        all = taken.has_value();
        if (!all) break;
        for (const auto& one : *taken)
            if (found.emplace(one.user, one.where.room).second && !passed_on_.contains({one.user, one.where.room}))
                feeds_.committed(commits_of(one));
    }
    if (all) {
        known_until_ = began;
        passed_on_ = std::move(found);
    }
    owed_ = owed_ || !all;
    running_ = false;
}

}  // namespace madang::bus

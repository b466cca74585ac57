#include "madang/web/room_bells.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <utility>

namespace madang::web {

task<bool> bell::wait(steady_time until) {
    if (!rung_) {
        timer_.expires_at(until);
        boost::system::error_code ignored;
        co_await timer_.async_wait(asio::redirect_error(use_task, ignored));
    }
    co_return std::exchange(rung_, false);
}

void bell::ring() {
    rung_ = true;
    timer_.cancel();
}

std::shared_ptr<bell> room_bells::hang(room_id room, const executor& strand) {
    // A pointer of its own in the list: the one that is handed out takes the bell down with it.
    auto owned = std::make_unique<bell>(strand);
    std::shared_ptr<bell> held{owned.release(), [this, room](bell* gone) {
                                   take_down(room);
                                   delete gone;
                               }};
    {
        const std::lock_guard hold{lock_};
        bells_[room].push_back(held);
    }
    told_.room(room, true);
    return held;
}

void room_bells::take_down(room_id room) {
    {
        const std::lock_guard hold{lock_};
        const auto at = bells_.find(room);
        // Nothing is left of it when another of its bells was taken down since this one expired.
        if (at != bells_.end()) {
            std::erase_if(at->second, [](const auto& one) { return one.expired(); });
            if (at->second.empty()) bells_.erase(at);
        }
    }
    told_.room(room, false);
}

bool room_bells::any(room_id room) const {
    const std::lock_guard hold{lock_};
    return bells_.contains(room);
}

void room_bells::ring(room_id room) {
    std::vector<std::shared_ptr<bell>> all;
    {
        const std::lock_guard hold{lock_};
        const auto at = bells_.find(room);
        if (at == bells_.end()) return;
        for (const auto& one : at->second)
            if (auto b = one.lock()) all.push_back(std::move(b));
    }
    for (auto& b : all) {
        const auto where = b->timer_.get_executor();
        asio::post(where, [b = std::move(b)] { b->ring(); });
    }
}

}  // namespace madang::web

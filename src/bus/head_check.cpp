#include "head_check.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>

namespace madang::bus {

void head_check::add(const std::vector<room_id>& rooms) {
    due_.insert(rooms.begin(), rooms.end());
    if (running_ || stopped_ || due_.empty()) return;
    running_ = true;
    asio::co_spawn(strand_, run(), asio::detached);
}

void head_check::stop() {
    stopped_ = true;
    pause_.cancel();
}

task<> head_check::run() {
    const auto self = shared_from_this();
    while (!due_.empty() && !stopped_) {
        std::vector<room_id> some;
        for (auto at = due_.begin(); at != due_.end() && some.size() < domain::room_store::most_heads; at = due_.erase(at))
            some.push_back(*at);
        auto asked = some;
        const auto done = co_await feeds_.check(std::move(asked));
        if (done || stopped_) continue;
        // The database does not answer: once more, later.
        due_.insert(some.begin(), some.end());
        pause_.expires_after(std::chrono::milliseconds{500 + dice_() % 500});
        boost::system::error_code ignored;
        co_await pause_.async_wait(asio::redirect_error(use_task, ignored));
    }
    running_ = false;
}

}  // namespace madang::bus

// Who is online, kept in Redis: each node has a set of the people with sessions on it, which ends by itself when the node's
// heart-beat does. Without Redis, what this node knows alone. Thread-safe; lives until stop().
//   madang:<epoch>:nodes         the nodes' numbers
//   madang:<epoch>:online:<node> people, and 0, which shows that all of them were told
//   madang:<epoch>:seen:<user>   when they went last, in milliseconds; for a month
// Needs Redis 6.2 (SMISMEMBER).
#pragma once

#include "madang/base/clock.hpp"
#include "madang/domain/epoch.hpp"
#include "madang/domain/ports/audience.hpp"
#include "madang/domain/ports/presence_board.hpp"
#include "madang/redis/options.hpp"

#include <chrono>
#include <memory>

namespace madang::bus {

class redis_presence final : public domain::presence_board {
public:
    struct timing {
        std::chrono::milliseconds beat{3000};
        std::chrono::milliseconds life{10'000};  // of a node that does not beat any more
    };
    redis_presence(asio::io_context& io, redis::options o, const domain::epoch& epoch, const domain::audience& here,
                   const clock& time, timing t);
    ~redis_presence() override;

    void start();
    // Takes this node's people with it.
    void stop();

    void came(user_id user) override;
    void went(user_id user) override;
    task<std::vector<domain::presence_state>> look(std::vector<user_id> people) override;

private:
    class desk;
    const std::shared_ptr<desk> desk_;
};

}  // namespace madang::bus

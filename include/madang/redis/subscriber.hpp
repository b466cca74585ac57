// Hears what is published on channels of one Redis. Thread-safe, but the listener is told on one strand.
// Lives until stop().
#pragma once

#include "madang/base/async.hpp"
#include "madang/redis/options.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace madang::redis {

class subscriber {
public:
    // Returns soon: Redis drops a subscriber that does not read.
    class listener {
    public:
        virtual ~listener() = default;
        virtual void message(std::string_view channel, std::string_view payload) = 0;
        // From here on nothing that is published on the channel is missed...
        virtual void subscribed(std::string_view channel) = 0;
        // ...until here: everything is lost, on all channels, until they are subscribed again. Told once for each loss, and for
        // the first connection that fails.
        virtual void lost(std::string_view why) = 0;
    };

    subscriber(asio::io_context& io, options o, listener& to);
    ~subscriber();
    subscriber(const subscriber&) = delete;
    subscriber& operator=(const subscriber&) = delete;

    void start();
    // The listener is not told any more once this returned and the strand's turn is over.
    void stop();

    void subscribe(std::string channel);
    void unsubscribe(std::string channel);

private:
    class impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace madang::redis

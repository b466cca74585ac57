// Carries texts from node to node, by channel. A hint: it may lose anything at any moment, and says when it knows that it did.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace madang::bus {

// 0, 1, ... below the number of channels that rooms and people are spread over; that number itself is the channel of all nodes.
using channel = std::size_t;

class transport {
public:
    // Told on strands of the transport's; returns soon.
    class listener {
    public:
        virtual ~listener() = default;
        virtual void message(channel c, std::string_view text) = 0;
        // From here on nothing that is published on the channel is lost, as far as the transport knows...
        virtual void heard(channel c) = 0;
        // ...until here. Told for channels that are subscribed to.
        virtual void lost(channel c) = 0;
        // What was published on it here may not have been carried to anybody.
        virtual void unsaid(channel c) = 0;
    };

    virtual ~transport() = default;
    virtual void start(listener& to) = 0;
    // The listener is not told any more when what is under way has ended.
    virtual void stop() = 0;

    // Any thread. What one thread publishes on a channel keeps its order. One's own publications come back, too.
    virtual void publish(channel c, std::string text) = 0;
    virtual void subscribe(channel c) = 0;
    virtual void unsubscribe(channel c) = 0;
};

// No other node can be heard: everything has to be asked of the database.
class silence final : public transport {
public:
    void start(listener&) override {}
    void stop() override {}
    void publish(channel, std::string) override {}
    void subscribe(channel) override {}
    void unsubscribe(channel) override {}
};

}  // namespace madang::bus

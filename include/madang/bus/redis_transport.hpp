// The bus over one or several Redis servers: each channel belongs to one of them. Commands and subscriptions have connections of
// their own. Thread-safe; lives until stop() and what was published before it has been answered.
#pragma once

#include "madang/base/async.hpp"
#include "madang/bus/transport.hpp"
#include "madang/redis/client.hpp"
#include "madang/redis/subscriber.hpp"

#include <memory>
#include <vector>

namespace madang::bus {

class redis_transport final : public transport {
public:
    redis_transport(asio::io_context& io, const std::vector<redis::options>& servers);
    ~redis_transport() override;

    void start(listener& to) override;
    void stop() override;
    void publish(channel c, std::string text) override;
    void subscribe(channel c) override;
    void unsubscribe(channel c) override;

    // Servers that cannot be reached right now.
    [[nodiscard]] std::size_t down() const noexcept;
    // Commands that were sent to all of them, and those without a reply.
    [[nodiscard]] std::uint64_t commands() const noexcept;
    [[nodiscard]] std::uint64_t failed() const noexcept;

private:
    class server;
    server& of(channel c) { return *servers_[c % servers_.size()]; }

    std::vector<std::unique_ptr<server>> servers_;
};

}  // namespace madang::bus

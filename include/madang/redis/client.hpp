// Asks one Redis. Commands of all callers share a connection, and are sent together at the end of a turn, in the order in which
// they were handed over: with send() when it is called, with call() when it is awaited.
// Thread-safe. Lives until stop() and the last coroutine that waits.
#pragma once

#include "madang/base/async.hpp"
#include "madang/redis/commands.hpp"
#include "madang/redis/options.hpp"
#include "madang/redis/reply.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

namespace madang::redis {

class client {
public:
    struct figures {
        std::atomic<std::uint64_t> commands{0};
        std::atomic<std::uint64_t> failed{0};  // without a reply
    };

    // `heard` is told, on a strand, that the connection was made (empty) or why there is none; each once.
    client(asio::io_context& io, options o, std::function<void(std::string_view why)> heard);
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    void start();
    void stop();

    [[nodiscard]] bool is_up() const noexcept;
    [[nodiscard]] const figures& counted() const noexcept;

    // A reply for each command, in their order. unavailable: there is no connection, or no reply in time, and then nobody knows
    // whether the commands were carried out; too_busy: the queue is full, and they were not sent.
    [[nodiscard]] async_result<std::vector<reply>> call(commands all);
    // The same for who is no coroutine, or does not need to know. `told` is called once, on the client's strand; it must not
    // wait.
    using listener = std::function<void(const result<std::vector<reply>>& answer)>;
    void send(commands all, listener told = {});

private:
    class impl;
    std::shared_ptr<impl> impl_;
};

}  // namespace madang::redis

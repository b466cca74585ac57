// Asks one Redis. Commands of all callers share a connection, and are sent together at the end of a turn, in the order in which
// they were handed over: with send() when it is called, with call() when it is awaited.
// Thread-safe. Lives until stop(), what was handed over before it, and the last coroutine that waits.
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

    // `heard` is told, on a strand, that there is a connection and a command was answered in time (empty), or why there is none;
    // of several failures in a row the first alone. A server that refuses with READONLY is left and looked for again.
    client(asio::io_context& io, options o, std::function<void(std::string_view why)> heard);
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    void start();
    // What was handed over before is sent, and answered or refused by its deadline. Whoever asks later is refused at once, and
    // `heard` is not told any more.
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

// One connection to Redis, that comes back by itself: back-off with jitter. Knows bytes and replies, not what they mean.
// Thread: its strand. Lives until stop() and the last coroutine of its own.
#pragma once

#include "madang/base/async.hpp"
#include "madang/redis/options.hpp"
#include "madang/redis/reply.hpp"
#include "madang/runtime/back_off.hpp"
#include "parser.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace madang::redis {

class connection : public std::enable_shared_from_this<connection> {
public:
    // Told on the strand. After `up` come replies, until `down`; of several failures in a row the first alone is told.
    class listener {
    public:
        virtual ~listener() = default;
        virtual void up() = 0;
        virtual void received(reply r) = 0;
        virtual void down(std::string_view why) = 0;
    };

    // `to` is not told any more once stop() has run.
    connection(executor strand, options o, listener& to);

    void start();
    void stop();

    // Only while up. What is sent in one turn of the strand goes out in one write.
    void send(std::string_view bytes);
    [[nodiscard]] std::size_t unsent() const noexcept { return unsent_.size(); }
    // Closes it, as if the server had; it comes back by itself.
    void cut(std::string_view why);

private:
    using socket = asio::basic_stream_socket<asio::ip::tcp, executor>;

    task<> stay_connected();
    task<std::optional<std::string>> open();  // why not
    task<std::optional<std::string>> introduce();
    task<> serve();
    void flush();
    task<> pause();
    void fall(std::string_view why);

    executor strand_;
    const options options_;
    listener* to_;
    socket socket_;
    asio::ip::basic_resolver<asio::ip::tcp, executor> resolver_;
    timer timer_;
    std::optional<parser> parser_;
    std::string unsent_;
    std::string writing_;
    std::string why_;  // the first word on why this connection ended
    bool up_ = false;
    bool flushing_ = false;
    bool stopped_ = false;
    bool told_down_ = false;
    runtime::back_off pauses_;  // until a connection has lasted
};

}  // namespace madang::redis

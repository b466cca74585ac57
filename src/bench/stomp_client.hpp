// A STOMP client over WebSocket, as cheap as it can be: masks with zeros, so that masking costs nothing (RFC 6455, 5.3 asks for
// unpredictable masks against proxies; there is none on loopback). Thread: the bench's.
#pragma once

#include "madang/base/async.hpp"
#include "madang/protocol/stomp/encoder.hpp"
#include "madang/protocol/stomp/parser.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace madang::bench {

class stomp_client : public std::enable_shared_from_this<stomp_client> {
public:
    using socket = asio::basic_stream_socket<asio::ip::tcp, executor>;
    using on_frame = std::function<void(const stomp::frame&)>;

    stomp_client(executor strand, on_frame handler) : socket_(strand), handler_(std::move(handler)) {}

    // Upgrades and connects; throws where the server says no.
    task<> connect(std::string host, std::uint16_t port, std::string token);
    // Queues a frame; what is queued together goes out in one write.
    void send(const stomp::frame& f);
    void close();

private:
    task<> read_loop();
    void take(std::string_view bytes);
    void write();

    socket socket_;
    on_frame handler_;
    stomp::parser parser_;
    std::string partial_;  // a WebSocket frame that is not whole yet
    std::string out_;
    std::string next_;
    bool open_ = false;  // upgraded: frames may go out
    bool closed_ = false;
};

}  // namespace madang::bench

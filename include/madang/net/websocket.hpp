// One open WebSocket (RFC 6455), without a word about what goes over it. Thread: its shard, for everything.
#pragma once

#include "madang/base/async.hpp"
#include "madang/base/clock.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace madang::net {

class websocket {
public:
    // Bytes that a frame's header may need in front of the payload.
    static constexpr std::size_t headroom = 16;

    virtual ~websocket() = default;

    // Sends one text message: the payload starts at bytes[headroom]; what is before it is overwritten. True: it is out, and
    // `bytes` may be reused. False: the rest was copied, and websocket_handler::drained() will be called; send nothing before
    // that.
    virtual bool send(std::string& bytes) = 0;
    // Goes on reading after received() has answered false.
    virtual void resume() = 0;
    // Sends a close frame behind what is on its way, waits a little for the peer's, and ends the connection.
    virtual void close(std::uint16_t code, std::string_view reason) = 0;
    // Ends the connection without a word.
    virtual void abort() = 0;
    // When the write in flight began; nothing in flight: time_point::max().
    [[nodiscard]] virtual steady_time writing_since() const noexcept = 0;
    // A ping (RFC 6455, 5.5.2): its pong counts as a sign of life.
    virtual void ping() = 0;
};

// What a WebSocket is for. Owned by the connection; closed() is the last call.
class websocket_handler {
public:
    virtual ~websocket_handler() = default;
    virtual void opened(websocket& ws) = 0;
    // Bytes of messages, in order; boundaries carry no meaning. They stay valid until resume() is called or true is answered.
    // False: do not read on.
    virtual bool received(std::span<const char> bytes) = 0;
    // A message is larger than allowed.
    virtual void oversized() = 0;
    virtual void pong() = 0;
    virtual void drained() = 0;
    virtual void closed() = 0;
};

}  // namespace madang::net

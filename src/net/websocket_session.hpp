// A WebSocket over one stream. Beast reads and answers pings and closes; data frames are put together here and sent with one
// non-blocking write, because that is the fan-out's hot path (measured: engineering notes, chapter 2). Thread: its shard.
#pragma once

#include "gate.hpp"
#include "state.hpp"

#include "madang/net/websocket.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <optional>
#include <vector>

namespace madang::net {

template <class Stream>
class websocket_session final : public websocket,
                                public connection,
                                public gatekeeper,
                                public std::enable_shared_from_this<websocket_session<Stream>> {
public:
    websocket_session(connection_slot slot, Stream stream, std::shared_ptr<websocket_handler> handler, executor home)
        : slot_(std::move(slot)),
          state_(slot_->owner),
          home_(std::move(home)),
          ws_(std::move(stream), *this),
          handler_(std::move(handler)) {}

    ~websocket_session() override { state_->remove(this); }

    // Answers the upgrade and begins to read.
    void start(boost::beast::http::request<boost::beast::http::string_body>& request, const std::string& subprotocol);

    bool send(std::string& bytes) override;
    void resume() override;
    void close(std::uint16_t code, std::string_view reason) override;
    void abort() override { finish(); }
    [[nodiscard]] steady_time writing_since() const noexcept override { return writing_ ? write_began_ : steady_time::max(); }
    void ping() override;

    // A drain tells WebSockets what to do through their handlers, in slices; only the end is hard.
    void end_if_idle() override {}
    void end() override { finish(); }
    [[nodiscard]] const executor& home() const override { return home_; }

private:
    static constexpr std::size_t small_read = 512;    // an idle connection's buffer
    static constexpr std::size_t large_read = 16384;  // a busy one's
    static constexpr std::chrono::seconds farewell{5};

    void from_beast(std::string bytes) override;
    void read();
    void on_read(const boost::system::error_code& ec, std::size_t n);
    void fit_buffer(std::size_t n);
    void enqueue(std::string_view bytes);
    void write();
    void on_written(const boost::system::error_code& ec);
    void say_goodbye();
    void finish();

    // From start() to finish() the connection owns itself: while it is paused, no operation does.
    std::shared_ptr<websocket_session> self_;
    connection_slot slot_;
    std::shared_ptr<server::state> state_;
    executor home_;
    boost::beast::websocket::stream<gate<Stream>> ws_;
    std::shared_ptr<websocket_handler> handler_;

    std::vector<char> in_;
    std::size_t message_bytes_ = 0;  // of the message being read
    std::uint8_t small_reads_ = 0;
    bool reading_ = false;
    bool paused_ = false;

    std::string out_;   // in flight
    std::string next_;  // behind it
    bool writing_ = false;
    bool owes_drained_ = false;
    steady_time write_began_{};

    std::string pong_;     // the latest one, behind a write in flight (RFC 6455, 5.5.3: that one is enough)
    bool opened_ = false;  // the handler knows of us
    bool close_sent_ = false;
    bool finished_ = false;
    std::optional<timer> goodbye_;
};

}  // namespace madang::net

#include "websocket_session.ipp"

// HTTP/1.1 on one connection: read a request, ask the service, write its answer, again; or become a WebSocket.
// Thread: the connection's shard. One coroutine; every wait has a deadline, which closes the socket.
#pragma once

#include "request_reader.hpp"
#include "state.hpp"

#include "madang/protocol/http/stream.hpp"

#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>
#include <string>

namespace madang::net {

template <class Stream>
class http_session final : public connection, public std::enable_shared_from_this<http_session<Stream>> {
public:
    http_session(connection_slot slot, Stream stream, std::size_t shard, std::string peer)
        : slot_(std::move(slot)),
          state_(slot_->owner),
          home_(state_->shards.at(shard)),
          shard_(shard),
          stream_(std::move(stream)),
          deadline_(home_),
          buffer_(state_->options.limits.head + large_read),
          peer_(std::move(peer)),
          proxied_(is_trusted_proxy(state_->options, peer_)) {}
    ~http_session() override { state_->remove(this); }

    task<> run();

    void end_if_idle() override {
        if (stream_body_) stream_body_->end();
        if (!idle_ || !nothing_has_come()) return;
        if (patience() != no_patience) return arm(patience());
        // Not end(): what was read already, and is about to be told, is still served.
        boost::system::error_code ignored;
        stream_.lowest_layer().cancel(ignored);
    }
    void end() override {
        boost::system::error_code ignored;
        stream_.lowest_layer().close(ignored);
    }
    [[nodiscard]] const executor& home() const override { return home_; }

private:
    using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
    enum class next { again, done };
    static constexpr std::size_t small_read = 2048;  // bytes: an idle connection's buffer
    static constexpr std::size_t large_read = 4096;  // pieces of a head or body that is not complete yet

    task<next> serve_one();
    // False: the connection is at its end, or the request was refused.
    task<bool> read_head(parser& p);
    task<bool> read_body(parser& p);
    // Feeds the parser up to the end of the head, or of all of the request.
    task<boost::system::error_code> parse(parser& p, bool whole);
    // A read failed: the peer is told what it did wrong, if it is still there. Answers false.
    task<bool> reject(boost::system::error_code ec);
    task<bool> refuse(errc code, std::string detail);
    task<bool> send(http::response answer, bool head_only, bool keep_alive);
    // Writes the pieces of a body as they come, until its end or the connection's.
    task<> send_stream(std::shared_ptr<http::body_stream> body);
    task<next> upgrade(parser& p, std::shared_ptr<http::request> r);
    void arm(std::chrono::milliseconds within);
    // To close on unread bytes would reset the connection: a drain still serves what came before it.
    [[nodiscard]] bool nothing_has_come() {
        boost::system::error_code ignored;
        return stream_.lowest_layer().available(ignored) == 0;
    }
    // How long to wait for the next request. In a drain a proxy's connections wait for one more, a second at most: under load the
    // proxy is just about to use them, and would have to fail a POST that meets a closed one.
    static constexpr std::chrono::milliseconds no_patience{0};
    [[nodiscard]] std::chrono::milliseconds patience() const {
        if (state_->draining) return proxied_ ? std::chrono::seconds{1} : no_patience;
        return served_ == 0 ? state_->options.limits.head_timeout : state_->options.limits.keep_alive;
    }

    connection_slot slot_;
    std::shared_ptr<server::state> state_;
    const executor home_;
    const std::size_t shard_;
    Stream stream_;
    timer deadline_;
    bool expired_ = false;
    bool idle_ = true;
    std::shared_ptr<http::body_stream> stream_body_;  // while it is being sent
    std::size_t served_ = 0;                          // requests
    boost::beast::flat_buffer buffer_;                // bounded: it holds a head, a chunk's head, or the trailers
    const std::string peer_;
    const bool proxied_;
    std::string request_id_;
};

}  // namespace madang::net

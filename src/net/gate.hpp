// The layer between Beast's WebSocket stream and the socket: reads pass through, and what Beast writes by itself (the upgrade's
// answer, pongs, the echo of a close) is handed to the connection as whole pieces, so that it never interleaves with the frames
// that the connection writes. Thread: the connection's shard.
#pragma once

#include "state.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/websocket/teardown.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace madang::net {

// Takes what Beast writes.
class gatekeeper {
public:
    virtual ~gatekeeper() = default;
    virtual void from_beast(std::string bytes) = 0;
};

template <class Stream>
class gate {
public:
    using executor_type = executor;
    using lowest_layer_type = typename Stream::lowest_layer_type;

    gate(Stream stream, gatekeeper& keeper) : stream_(std::move(stream)), keeper_(keeper) {}

    executor_type get_executor() noexcept { return stream_.get_executor(); }
    Stream& stream() noexcept { return stream_; }
    lowest_layer_type& lowest_layer() noexcept { return stream_.lowest_layer(); }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        return stream_.async_read_some(buffers, std::forward<Token>(token));
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(
            [this](auto&& handler, const auto& what) {
                std::string bytes;
                bytes.resize(asio::buffer_size(what));
                asio::buffer_copy(asio::buffer(bytes), what);
                const std::size_t n = bytes.size();
                keeper_.from_beast(std::move(bytes));
                auto where = asio::get_associated_executor(handler, get_executor());
                asio::post(where, [handler = std::forward<decltype(handler)>(handler), n]() mutable {
                    handler(boost::system::error_code{}, n);
                });
            },
            token, buffers);
    }

    // Beast calls it when one of its own time-outs fires.
    friend void beast_close_socket(gate& g) {
        boost::system::error_code ignored;
        g.lowest_layer().close(ignored);
    }

private:
    Stream stream_;
    gatekeeper& keeper_;
};

// The connection ends its socket itself, after its last bytes.
template <class Stream>
void teardown(boost::beast::role_type, gate<Stream>&, boost::system::error_code& ec) {
    ec = {};
}

template <class Stream, class Handler>
void async_teardown(boost::beast::role_type, gate<Stream>& g, Handler&& handler) {
    asio::post(g.get_executor(), [handler = std::forward<Handler>(handler)]() mutable { handler(boost::system::error_code{}); });
}

}  // namespace madang::net

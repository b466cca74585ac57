// The members of websocket_session.hpp.
#pragma once

#include <array>

namespace madang::net {

namespace websocket_detail {

// A server's frame header: never masked (RFC 6455, 5.1). Writes it so that it ends where the payload begins; answers its size.
inline std::size_t put_header(char* payload, std::uint8_t opcode, std::size_t size) noexcept {
    const auto byte = [](std::size_t v) { return static_cast<char>(static_cast<unsigned char>(v)); };
    if (size < 126) {
        payload[-2] = byte(0x80U | opcode);
        payload[-1] = byte(size);
        return 2;
    }
    if (size < 65536) {
        payload[-4] = byte(0x80U | opcode);
        payload[-3] = byte(126);
        payload[-2] = byte(size >> 8);
        payload[-1] = byte(size & 0xff);
        return 4;
    }
    payload[-10] = byte(0x80U | opcode);
    payload[-9] = byte(127);
    for (int i = 0; i < 8; ++i) payload[-8 + i] = byte((size >> (56 - 8 * i)) & 0xff);
    return 10;
}

constexpr std::uint8_t text_opcode = 1;
constexpr std::uint8_t close_opcode = 8;

}  // namespace websocket_detail

template <class Stream>
void websocket_session<Stream>::start(boost::beast::http::request<boost::beast::http::string_body>& request,
                                      const std::string& subprotocol) {
    namespace bws = boost::beast::websocket;
    self_ = this->shared_from_this();
    ws_.set_option(bws::stream_base::decorator([subprotocol](bws::response_type& answer) {
        answer.set(boost::beast::http::field::server, "madang");
        if (!subprotocol.empty()) answer.set(boost::beast::http::field::sec_websocket_protocol, subprotocol);
    }));
    // Time-outs are the handler's (one tick a shard): Beast's pings would keep its own idle time-out from firing.
    ws_.set_option(bws::stream_base::timeout{bws::stream_base::none(), bws::stream_base::none(), false});
    ws_.read_message_max(0);  // counted in on_read, so that the answer can say why
    ws_.control_callback([this](bws::frame_type kind, boost::beast::string_view) {
        if (kind != bws::frame_type::close && handler_) handler_->pong();
    });
    ws_.async_accept(request, [self = self_](const boost::system::error_code& ec) {
        if (ec) return self->finish();
        self->state_->counts.upgrades.add();
        self->opened_ = true;
        self->handler_->opened(*self);
        self->read();
    });
}

template <class Stream>
void websocket_session<Stream>::read() {
    if (reading_ || paused_ || finished_) return;
    if (in_.empty()) in_.resize(small_read);
    reading_ = true;
    ws_.async_read_some(asio::buffer(in_), [self = this->shared_from_this()](const boost::system::error_code& ec, std::size_t n) {
        self->reading_ = false;
        self->on_read(ec, n);
    });
}

template <class Stream>
void websocket_session<Stream>::on_read(const boost::system::error_code& ec, std::size_t n) {
    if (finished_) return;
    if (ec) {
        // A close by the peer has been echoed by Beast; whatever is still on its way out goes first.
        if (ec == boost::beast::websocket::error::closed && writing_) return say_goodbye();
        if (close_sent_ && writing_) return;
        return finish();
    }
    message_bytes_ += n;
    const bool too_large = message_bytes_ > state_->options.limits.message;
    if (ws_.is_message_done()) message_bytes_ = 0;
    if (close_sent_) return read();  // only waiting for the peer's close
    if (too_large) {
        handler_->oversized();
        return read();
    }
    const bool go_on = handler_->received({in_.data(), n});
    if (!go_on) {
        paused_ = true;
        return;
    }
    fit_buffer(n);
    read();
}

// An idle connection owns a small buffer; one that fills it gets a large one until it is quiet again.
template <class Stream>
void websocket_session<Stream>::fit_buffer(std::size_t n) {
    if (n == in_.size() && n < large_read) {
        in_.resize(large_read);
        small_reads_ = 0;
    } else if (in_.size() > small_read && n <= small_read && ++small_reads_ >= 16) {
        in_ = std::vector<char>(small_read);
        small_reads_ = 0;
    }
}

template <class Stream>
void websocket_session<Stream>::resume() {
    if (!paused_) return;
    paused_ = false;
    read();
}

template <class Stream>
bool websocket_session<Stream>::send(std::string& bytes) {
    if (finished_ || close_sent_) return true;
    char* payload = bytes.data() + headroom;
    const std::size_t header = websocket_detail::put_header(payload, websocket_detail::text_opcode, bytes.size() - headroom);
    std::string_view whole{payload - header, bytes.size() - headroom + header};
    if constexpr (std::is_same_v<Stream, tcp_socket>) {
        if (!writing_) {
            boost::system::error_code ec;
            auto& socket = ws_.next_layer().stream();
            if (!socket.non_blocking()) socket.non_blocking(true, ec);
            const std::size_t n = socket.write_some(asio::buffer(whole), ec);
            if (!ec && n == whole.size()) return true;
            if (ec && ec != asio::error::would_block && ec != asio::error::try_again) {
                // The read side hears of it as well and ends the connection.
                return true;
            }
            whole.remove_prefix(n);
        }
    }
    owes_drained_ = true;
    enqueue(whole);
    return false;
}

template <class Stream>
void websocket_session<Stream>::from_beast(std::string bytes) {
    // 1002 and 1007 (and 1009) are Beast's own verdicts; the contract has one word for each.
    if (bytes.size() >= 4 && static_cast<unsigned char>(bytes[0]) == (0x80U | websocket_detail::close_opcode)) {
        const int code = static_cast<unsigned char>(bytes[2]) << 8 | static_cast<unsigned char>(bytes[3]);
        if (code == 1002 || code == 1007) return close(1008, "protocol");
        if (code == 1009) return close(1009, "too_large");
    }
    if (close_sent_) return;
    const bool is_pong = (static_cast<unsigned char>(bytes[0]) & 0x0fU) == 0x0aU;
    if (writing_ && is_pong) {
        pong_ = std::move(bytes);
        return;
    }
    const bool closes = static_cast<unsigned char>(bytes[0]) == (0x80U | websocket_detail::close_opcode);
    enqueue(bytes);
    close_sent_ = close_sent_ || closes;
}

template <class Stream>
void websocket_session<Stream>::ping() {
    if (finished_ || close_sent_) return;
    enqueue(std::string_view{"\x89\x00", 2});
}

template <class Stream>
void websocket_session<Stream>::close(std::uint16_t code, std::string_view reason) {
    if (finished_ || close_sent_) return;
    std::string frame(websocket_detail::close_opcode, '\0');  // room for the header
    const std::size_t start = frame.size();
    frame.push_back(static_cast<char>(code >> 8));
    frame.push_back(static_cast<char>(code & 0xff));
    frame += reason.substr(0, 100);
    const std::size_t header =
        websocket_detail::put_header(frame.data() + start, websocket_detail::close_opcode, frame.size() - start);
    enqueue(std::string_view{frame}.substr(start - header));
    close_sent_ = true;
    say_goodbye();
    resume();  // to see the peer's close
}

// The peer has a moment to answer; then the connection ends in any case.
template <class Stream>
void websocket_session<Stream>::say_goodbye() {
    if (goodbye_) return;
    goodbye_.emplace(home_, farewell);
    goodbye_->async_wait([self = this->shared_from_this()](const boost::system::error_code&) { self->finish(); });
}

template <class Stream>
void websocket_session<Stream>::enqueue(std::string_view bytes) {
    if (writing_) {
        next_ += bytes;
        return;
    }
    out_ = bytes;
    write();
}

template <class Stream>
void websocket_session<Stream>::write() {
    writing_ = true;
    write_began_ = std::chrono::steady_clock::now();
    asio::async_write(
        ws_.next_layer().stream(), asio::buffer(out_),
        [self = this->shared_from_this()](const boost::system::error_code& ec, std::size_t) { self->on_written(ec); });
}

template <class Stream>
void websocket_session<Stream>::on_written(const boost::system::error_code& ec) {
    writing_ = false;
    if (finished_) return;
    if (ec) return finish();
    std::string{}.swap(out_);  // an idle connection owns no buffer
    if (!close_sent_) next_ += std::exchange(pong_, {});
    if (!next_.empty()) {
        out_.swap(next_);
        return write();
    }
    if (close_sent_) {
        // Nothing follows a close. The peer's end of stream, or the timer, is the end.
        if (!reading_ && !paused_) return finish();
        boost::system::error_code ignored;
        if constexpr (std::is_same_v<Stream, tcp_socket>) ws_.next_layer().stream().shutdown(tcp::socket::shutdown_send, ignored);
        return say_goodbye();
    }
    if (owes_drained_) {
        owes_drained_ = false;
        handler_->drained();
    }
}

template <class Stream>
void websocket_session<Stream>::finish() {
    if (finished_) return;
    finished_ = true;
    const auto self = std::move(self_);
    boost::system::error_code ignored;
    ws_.next_layer().lowest_layer().close(ignored);
    if (goodbye_) goodbye_->cancel();
    // Behind whatever is on the stack: the handler may be in the middle of a call that led here.
    asio::post(home_, [self] {
        if (self->opened_) self->handler_->closed();
        self->handler_.reset();
    });
}

}  // namespace madang::net

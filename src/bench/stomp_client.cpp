#include "stomp_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace madang::bench {
namespace {

// A client's text frame with a mask of zeros.
std::string websocket_frame(std::string_view payload) {
    std::string out;
    out.push_back('\x81');
    const auto size = payload.size();
    if (size < 126) {
        out.push_back(static_cast<char>(0x80U | size));
    } else if (size < 65536) {
        out.push_back(static_cast<char>(0xfe));
        out.push_back(static_cast<char>(size >> 8));
        out.push_back(static_cast<char>(size & 0xff));
    } else {
        out.push_back(static_cast<char>(0xff));
        for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<char>((size >> shift) & 0xff));
    }
    out.append(4, '\0');
    out += payload;
    return out;
}

struct header_size {
    std::size_t header = 0;  // 0: not whole yet
    std::size_t payload = 0;
    bool data = true;
};

// A server's frame: never masked.
header_size parse_header(std::string_view bytes) {
    if (bytes.size() < 2) return {};
    const auto at = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
    header_size h;
    h.data = (at(0) & 0x0f) < 8;
    const auto length = at(1) & 0x7f;
    const std::size_t more = length < 126 ? 0 : length == 126 ? 2 : 8;
    if (bytes.size() < 2 + more) return {};
    h.payload = more == 0 ? length : 0;
    for (std::size_t i = 0; i < more; ++i) h.payload = h.payload << 8 | at(2 + i);
    h.header = 2 + more;
    return h;
}

}  // namespace

task<> stomp_client::connect(std::string host, std::uint16_t port, std::string token) {
    const auto self = shared_from_this();
    const asio::ip::tcp::endpoint server{asio::ip::make_address(host), port};
    co_await socket_.async_connect(server, use_task);
    socket_.set_option(asio::ip::tcp::no_delay(true));
    const std::string upgrade = fmt::format(
        "GET /ws HTTP/1.1\r\nHost: {}:{}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v12.stomp\r\nAuthorization: Bearer {}\r\n\r\n",
        host, port, token);
    co_await asio::async_write(socket_, asio::buffer(upgrade), use_task);
    std::string answer;
    const auto end =
        co_await asio::async_read_until(socket_, asio::dynamic_buffer(answer), std::string_view{"\r\n\r\n"}, use_task);
    if (!answer.starts_with("HTTP/1.1 101")) throw std::runtime_error("the server refused the upgrade: " + answer.substr(0, 60));
    partial_ = answer.substr(end);
    parser_.set_version(stomp::version::v12);
    asio::co_spawn(socket_.get_executor(), read_loop(), asio::detached);
    socket_.non_blocking(true);
    open_ = true;
    const std::array<stomp::header, 3> headers{{{"accept-version", "1.2"}, {"host", "bench"}, {"heart-beat", "0,0"}}};
    // Before whatever was queued while the connection was being made.
    next_.insert(0, websocket_frame(stomp::encode({stomp::command::connect, headers, {}}, stomp::version::v12)));
    write();
}

void stomp_client::send(const stomp::frame& f) {
    next_ += websocket_frame(stomp::encode(f, stomp::version::v12));
    if (out_.empty()) asio::post(socket_.get_executor(), [self = shared_from_this()] { self->write(); });
}

void stomp_client::write() {
    if (!out_.empty() || next_.empty() || closed_ || !open_) return;
    out_.swap(next_);
    asio::async_write(socket_, asio::buffer(out_), [self = shared_from_this()](const boost::system::error_code& ec, std::size_t) {
        self->out_.clear();
        if (!ec) self->write();
    });
}

task<> stomp_client::read_loop() {
    const auto self = shared_from_this();
    // One buffer for all clients of the thread: nobody keeps bytes over a suspension but in `partial_`.
    static std::vector<char> buffer(256 * 1024);
    boost::system::error_code ec;
    while (!closed_) {
        co_await socket_.async_wait(socket::wait_read, asio::redirect_error(use_task, ec));
        if (ec) co_return;
        const std::size_t n = socket_.read_some(asio::buffer(buffer), ec);
        if (ec == asio::error::would_block) continue;  // a wait may end without a byte
        if (ec) co_return;
        take({buffer.data(), n});
    }
}

void stomp_client::take(std::string_view bytes) {
    if (!partial_.empty()) {
        partial_ += bytes;
        bytes = partial_;
    }
    while (!bytes.empty()) {
        const auto h = parse_header(bytes);
        if (h.header == 0 || bytes.size() < h.header + h.payload) break;
        if (h.data) {
            parser_.append(bytes.substr(h.header, h.payload));
            while (const auto event = parser_.next())
                if (const auto* f = std::get_if<stomp::frame>(&*event)) handler_(*f);
        }
        bytes.remove_prefix(h.header + h.payload);
    }
    std::string rest{bytes};
    partial_.swap(rest);
}

void stomp_client::close() {
    closed_ = true;
    boost::system::error_code ignored;
    socket_.close(ignored);
}

}  // namespace madang::bench

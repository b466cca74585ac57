#include "http_session.hpp"

#include "websocket_session.hpp"

#include "madang/observe/log.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace madang::net {
namespace {

namespace bhttp = boost::beast::http;
using boost::system::error_code;
using tls_stream = asio::ssl::stream<tcp_socket>;

template <class Stream>
constexpr bool is_tls = !std::is_same_v<Stream, tcp_socket>;

tcp_socket& socket_of(tcp_socket& stream) { return stream; }
tcp_socket& socket_of(tls_stream& stream) { return stream.next_layer(); }

bool wants_continue(const beast_request& head) {
    const auto expect = head.find(bhttp::field::expect);
    return expect != head.end() && http::iequals({expect->value().data(), expect->value().size()}, "100-continue");
}

std::string address_of(const tcp_socket& socket) {
    error_code ec;
    const auto peer = socket.remote_endpoint(ec);
    if (ec) return {};
    auto address = peer.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    return address.to_string();
}

}  // namespace

template <class Stream>
void http_session<Stream>::arm(std::chrono::milliseconds within) {
    deadline_.expires_after(within);
    deadline_.async_wait([weak = this->weak_from_this()](const error_code& ec) {
        const auto self = weak.lock();
        if (ec || !self || self->deadline_.expiry() > std::chrono::steady_clock::now()) return;
        // What has come in time is about to be read, and is served: from here it is a head, which has its own time.
        if (self->idle_ && !self->nothing_has_come()) {
            self->idle_ = false;
            return self->arm(self->state_->options.limits.head_timeout);
        }
        self->expired_ = true;
        self->end();
    });
}

template <class Stream>
task<> http_session<Stream>::run() {
    const auto self = this->shared_from_this();
    while (co_await serve_one() == next::again) {
    }
    idle_ = false;
    deadline_.cancel();
    tcp_socket& socket = socket_of(stream_);
    if (!socket.is_open()) co_return;
    // Let the last answer reach a peer that is still sending (RFC 9112, 9.6): half-close, and drain what comes for a moment.
    arm(std::chrono::seconds{2});
    error_code ec;
    // Our close_notify goes out first (RFC 8446, 6.1). A peer that goes on sending fails the rest of it, which is no matter.
    if constexpr (is_tls<Stream>) co_await stream_.async_shutdown(asio::redirect_error(use_task, ec));
    socket.shutdown(tcp::socket::shutdown_send, ec);
    std::vector<char> sink(16384);
    for (std::size_t drained = 0; !ec && drained < (std::size_t{16} << 20);)
        drained += co_await socket.async_read_some(asio::buffer(sink), asio::redirect_error(use_task, ec));
    deadline_.cancel();
}

template <class Stream>
task<typename http_session<Stream>::next> http_session<Stream>::serve_one() {
    parser p;
    p.header_limit(static_cast<std::uint32_t>(state_->options.limits.head));
    p.body_limit(state_->options.limits.body);
    request_id_ = state_->next_request_id();
    if (!co_await read_head(p)) co_return next::done;
    // Taken over before the body is read: Beast adds its trailers to the headers, and nobody has judged those (RFC 9110, 6.5.1).
    const bool is_upgrade = boost::beast::websocket::is_upgrade(p.get());
    auto r = to_request(p.get(), peer_, is_tls<Stream>, state_->options, request_id_);
    if (!co_await read_body(p)) co_return next::done;
    r->body = std::move(p.get().body());
    ++served_;

    const auto began = std::chrono::steady_clock::now();
    if (is_upgrade) co_return co_await upgrade(p, std::move(r));

    const bool head_only = r->method == http::method::head;
    auto answer = co_await state_->service.serve(std::move(r));
    state_->counts.took.observe(std::chrono::steady_clock::now() - began);
    const auto body = head_only ? nullptr : answer.stream;
    const bool keep_alive = p.get().keep_alive() && !answer.close && !answer.stream && !state_->draining;
    if (!co_await send(std::move(answer), head_only, keep_alive)) co_return next::done;
    if (body) co_await send_stream(body);
    co_return keep_alive ? next::again : next::done;
}

template <class Stream>
task<bool> http_session<Stream>::read_head(parser& p) {
    // Between requests the keep-alive time counts, from the first byte on the head's.
    if (buffer_.size() == 0) {
        idle_ = true;
        const auto wait = patience();
        if (wait == no_patience && nothing_has_come()) co_return false;
        arm(wait == no_patience ? state_->options.limits.head_timeout : wait);
        error_code failed;
        const std::size_t n =
            co_await stream_.async_read_some(buffer_.prepare(small_read), asio::redirect_error(use_task, failed));
        buffer_.commit(n);
        if (failed == asio::error::operation_aborted) this->end();
        if (failed) co_return false;
    }
    idle_ = false;
    arm(state_->options.limits.head_timeout);
    const error_code ec = co_await parse(p, false);
    if (ec) co_return co_await reject(ec);
    if (auto fault = fault_of_head(p.get())) co_return co_await refuse(errc::invalid_request, std::move(*fault));
    if (p.content_length() && *p.content_length() > state_->options.limits.body)
        co_return co_await refuse(errc::payload_too_large, "The body is too large.");
    co_return true;
}

template <class Stream>
task<bool> http_session<Stream>::read_body(parser& p) {
    if (!p.is_done()) {
        arm(state_->options.limits.body_timeout);
        error_code ec;
        if (wants_continue(p.get())) {
            static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await asio::async_write(stream_, asio::buffer(go_on), asio::redirect_error(use_task, ec));
        }
        if (!ec) ec = co_await parse(p, true);
        if (ec) co_return co_await reject(ec);
    }
    deadline_.cancel();
    co_return true;
}

// By hand, not with Beast's read operations: their limit of the head begins anew with every field that has come whole, and an
// exception about a trailer would leave the event loop instead of this coroutine.
template <class Stream>
task<error_code> http_session<Stream>::parse(parser& p, bool whole) {
    p.eager(whole);
    error_code ec;
    for (std::size_t taken = 0;;) {
        const std::size_t used = p.put(buffer_.cdata(), ec);
        buffer_.consume(used);
        taken += used;
        if (ec && ec != bhttp::error::need_more) co_return ec;
        const bool done = whole ? p.is_done() : p.is_header_done();
        const std::size_t head = done ? taken : taken + buffer_.size();
        if (!whole && head > state_->options.limits.head) co_return make_error_code(bhttp::error::header_limit);
        if (done) co_return error_code{};
        const std::size_t room = std::min(large_read, buffer_.max_size() - buffer_.size());
        if (room == 0) co_return make_error_code(bhttp::error::buffer_overflow);
        const auto into = buffer_.prepare(room);
        const std::size_t n = co_await stream_.async_read_some(into, asio::redirect_error(use_task, ec));
        buffer_.commit(n);
        if (ec) co_return ec;
    }
}

template <class Stream>
task<bool> http_session<Stream>::reject(error_code ec) {
    if (expired_) {
        state_->counts.timed_out.add();
        co_return false;
    }
    if (ec == bhttp::error::header_limit)
        co_return co_await refuse(errc::payload_too_large, "The head of the request is too large.");
    if (ec == bhttp::error::buffer_overflow)
        co_return co_await refuse(errc::payload_too_large, "The head of a chunk, or the trailers, are too large.");
    if (ec == bhttp::error::body_limit) co_return co_await refuse(errc::payload_too_large, "The body is too large.");
    if (ec.category() == make_error_code(bhttp::error::bad_method).category())
        co_return co_await refuse(errc::invalid_request, "This is not HTTP/1.1.");
    co_return false;
}

template <class Stream>
task<bool> http_session<Stream>::refuse(errc code, std::string detail) {
    auto answer = state_->service.refuse(code, std::move(detail), request_id_);
    co_await send(std::move(answer), false, false);
    co_return false;
}

template <class Stream>
task<bool> http_session<Stream>::send(http::response answer, bool head_only, bool keep_alive) {
    state_->counts.answers[std::clamp(answer.status / 100, 0, 5)]->add();
    const std::string date = state_->date();
    const std::string bytes = http::serialise(answer, head_only, keep_alive, date);
    error_code ec;
    // A peer that reads slowly gets time by the size of the answer, one that does not read at all gets none.
    arm(state_->options.limits.write_timeout + std::chrono::milliseconds{bytes.size() / 64});
    co_await asio::async_write(stream_, asio::buffer(bytes), asio::redirect_error(use_task, ec));
    if (expired_) state_->counts.timed_out.add();
    deadline_.cancel();
    co_return !ec;
}

template <class Stream>
task<> http_session<Stream>::send_stream(std::shared_ptr<http::body_stream> body) {
    stream_body_ = body;
    error_code ec;
    while (!ec && !state_->draining) {
        const std::string piece = co_await body->next();
        if (piece.empty()) break;
        arm(state_->options.limits.write_timeout + std::chrono::milliseconds{piece.size() / 64});
        co_await asio::async_write(stream_, asio::buffer(piece), asio::redirect_error(use_task, ec));
        deadline_.cancel();
    }
    if (expired_) state_->counts.timed_out.add();
    stream_body_.reset();
}

template <class Stream>
task<typename http_session<Stream>::next> http_session<Stream>::upgrade(parser& p, std::shared_ptr<http::request> r) {
    if (r->header("sec-websocket-version") != "13" || r->header("sec-websocket-key").value_or("").size() != 24) {
        auto answer = state_->service.refuse(
            errc::invalid_request, "A WebSocket upgrade has Sec-WebSocket-Version 13 and a Sec-WebSocket-Key.", request_id_);
        answer.with("Sec-WebSocket-Version", "13");  // RFC 6455, 4.4
        co_await send(std::move(answer), false, false);
        co_return next::done;
    }
    auto decision = co_await state_->service.open(std::move(r), shard_);
    if (auto* refusal = std::get_if<http::response>(&decision)) {
        co_await send(std::move(*refusal), false, false);
        co_return next::done;
    }
    // A client waits for the answer before it sends frames (RFC 6455, 4.1).
    if (buffer_.size() != 0) {
        co_await refuse(errc::invalid_request, "Bytes follow the upgrade request.");
        co_return next::done;
    }
    auto& accepted = std::get<net::upgrade>(decision);
    auto session = std::make_shared<websocket_session<Stream>>(slot_, std::move(stream_), std::move(accepted.handler), home_);
    state_->add(session);
    session->start(p.get(), accepted.subprotocol);
    co_return next::done;
}

task<> serve_plain(connection_slot slot, tcp_socket socket, std::size_t shard) {
    std::string peer = address_of(socket);
    const auto s = slot->owner;
    auto session = std::make_shared<http_session<tcp_socket>>(std::move(slot), std::move(socket), shard, std::move(peer));
    s->add(session);
    co_await session->run();
}

task<> serve_tls(connection_slot slot, tcp_socket socket, std::size_t shard) {
    std::string peer = address_of(socket);
    const auto s = slot->owner;
    // Shared with the deadline alone: its handler may run when this coroutine is gone.
    const auto stream = std::make_shared<tls_stream>(std::move(socket), *s->tls);
    timer deadline{s->shards.at(shard), s->options.limits.head_timeout};
    deadline.async_wait([weak = std::weak_ptr{stream}](const error_code& ec) {
        error_code ignored;
        if (const auto live = weak.lock(); !ec && live) live->lowest_layer().close(ignored);
    });
    error_code ec;
    co_await stream->async_handshake(asio::ssl::stream_base::server, asio::redirect_error(use_task, ec));
    // Expired but not yet run counts as too late: its handler would close a stream that has moved on.
    const bool in_time = deadline.cancel() > 0;
    if (ec || !in_time) {
        if (!in_time) s->counts.timed_out.add();
        log::debug("TLS handshake failed", {{"error", ec.message()}});
        co_return;
    }
    auto session = std::make_shared<http_session<tls_stream>>(std::move(slot), std::move(*stream), shard, std::move(peer));
    s->add(session);
    co_await session->run();
}

}  // namespace madang::net

#include "http_session.hpp"

#include "websocket_session.hpp"

#include "madang/observe/log.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace madang::net {
namespace {

namespace bhttp = boost::beast::http;
using boost::system::error_code;
using tls_stream = asio::ssl::stream<tcp_socket>;

template <class Stream>
constexpr bool is_tls = !std::is_same_v<Stream, tcp_socket>;

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
        self->expired_ = true;
        self->end();
    });
}

template <class Stream>
task<> http_session<Stream>::run() {
    const auto self = this->shared_from_this();
    while (co_await serve_one() == next::again) {
    }
    deadline_.cancel();
    // Let the last answer reach a peer that is still sending (RFC 9112, 9.6): half-close, and drain what comes for a moment.
    if constexpr (!is_tls<Stream>) {
        error_code ec;
        if (!stream_.is_open()) co_return;
        stream_.shutdown(tcp::socket::shutdown_send, ec);
        if (ec) co_return;
        arm(std::chrono::seconds{2});
        std::vector<char> sink(16384);
        for (std::size_t drained = 0; !ec && drained < (std::size_t{16} << 20);)
            drained += co_await stream_.async_read_some(asio::buffer(sink), asio::redirect_error(use_task, ec));
        deadline_.cancel();
    }
}

template <class Stream>
task<typename http_session<Stream>::next> http_session<Stream>::serve_one() {
    parser p;
    p.header_limit(static_cast<std::uint32_t>(state_->options.limits.head));
    p.body_limit(state_->options.limits.body);
    request_id_ = state_->next_request_id();
    if (!co_await read(p)) co_return next::done;
    ++served_;

    const auto began = std::chrono::steady_clock::now();
    const bool is_upgrade = boost::beast::websocket::is_upgrade(p.get());
    auto r = to_request(p.get(), peer_, is_tls<Stream>, state_->options, request_id_);
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
task<bool> http_session<Stream>::read(parser& p) {
    error_code ec;
    // Between requests the keep-alive time counts, from the first byte on the head's.
    if (buffer_.size() == 0) {
        idle_ = true;
        const auto wait = patience();
        if (wait == no_patience && nothing_has_come()) co_return false;
        arm(wait == no_patience ? state_->options.limits.head_timeout : wait);
        const std::size_t n = co_await stream_.async_read_some(buffer_.prepare(2048), asio::redirect_error(use_task, ec));
        buffer_.commit(n);
        if (ec == asio::error::operation_aborted) this->end();
        if (ec) co_return false;
    }
    idle_ = false;
    arm(state_->options.limits.head_timeout);
    co_await bhttp::async_read_header(stream_, buffer_, p, asio::redirect_error(use_task, ec));
    if (!ec) {
        if (auto fault = fault_of_head(p.get())) co_return co_await refuse(errc::invalid_request, std::move(*fault));
        if (p.content_length() && *p.content_length() > state_->options.limits.body)
            co_return co_await refuse(errc::payload_too_large, "The body is too large.");
        arm(state_->options.limits.body_timeout);
        if (wants_continue(p.get())) {
            static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
            co_await asio::async_write(stream_, asio::buffer(go_on), asio::redirect_error(use_task, ec));
        }
        if (!ec && !p.is_done()) co_await bhttp::async_read(stream_, buffer_, p, asio::redirect_error(use_task, ec));
    }
    if (!ec) {
        deadline_.cancel();
        co_return true;
    }
    if (expired_) {
        state_->counts.timed_out.add();
        co_return false;
    }
    if (ec == bhttp::error::header_limit || ec == bhttp::error::buffer_overflow)
        co_return co_await refuse(errc::payload_too_large, "The head of the request is too large.");
    if (ec == bhttp::error::body_limit) co_return co_await refuse(errc::payload_too_large, "The body is too large.");
    if (ec.category() == make_error_code(bhttp::error::bad_method).category() && ec != bhttp::error::end_of_stream &&
        ec != bhttp::error::partial_message)
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
        co_await refuse(errc::invalid_request, "A WebSocket upgrade has Sec-WebSocket-Version 13 and a Sec-WebSocket-Key.");
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

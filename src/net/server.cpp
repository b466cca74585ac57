#include "madang/net/server.hpp"

#include "state.hpp"

#include "madang/observe/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <random>
#include <stdexcept>

namespace madang::net {
namespace {

using boost::system::error_code;

std::string bracketed(const std::string& host) { return host.find(':') == std::string::npos ? host : "[" + host + "]"; }

asio::ssl::context make_tls(const server_options& o) {
    asio::ssl::context tls{asio::ssl::context::tls_server};
    tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 | asio::ssl::context::no_sslv3 |
                    asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    // An idle session gives its buffers back (34 kB each way).
    SSL_CTX_set_mode(tls.native_handle(), SSL_MODE_RELEASE_BUFFERS);
    error_code ec;
    tls.use_certificate_chain_file(o.certificate, ec);
    if (ec) throw std::runtime_error(fmt::format("tls.certificate: cannot use {}: {}", o.certificate, ec.message()));
    tls.use_private_key_file(o.key, asio::ssl::context::pem, ec);
    if (ec) throw std::runtime_error(fmt::format("tls.key: cannot use {}: {}", o.key, ec.message()));
    return tls;
}

}  // namespace

http_metrics::http_metrics(metrics::registry& m, const std::string& listener)
    : connections(m.add_gauge("madang_http_connections", "Open connections, WebSockets included.", {{"listener", listener}})),
      accepted(m.add_counter("madang_http_accepted_total", "Connections accepted.", {{"listener", listener}})),
      refused(m.add_counter("madang_http_refused_total", "Connections refused: limits.connections, or out of files.",
                            {{"listener", listener}})),
      timed_out(
          m.add_counter("madang_http_timeouts_total", "Heads, bodies and writes that took too long.", {{"listener", listener}})),
      took(m.add_histogram("madang_http_request_seconds", "From the request read to its answer ready.", metrics::latency_bounds(),
                           {{"listener", listener}})),
      upgrades(m.add_counter("madang_http_upgrades_total", "Connections that became WebSockets.", {{"listener", listener}})) {
    for (int digit = 0; digit < 6; ++digit)
        answers[digit] = &m.add_counter("madang_http_answers_total", "Answers by the first digit of their status.",
                                        {{"listener", listener}, {"status", fmt::format("{}xx", digit)}});
}

server::state::state(asio::io_context& context, runtime::shards& s, net::service& what, server_options o, metrics::registry& m)
    : io(context),
      shards(s),
      service(what),
      options(std::move(o)),
      counts(m, options.name),
      strand(io.get_executor()),
      acceptor(strand),
      request_base_((std::uint64_t{std::random_device{}()} << 32) | std::random_device{}()) {
    spare_descriptor();
}

void server::state::open() {
    if (!options.certificate.empty()) tls.emplace(make_tls(options));
    asio::ip::tcp::resolver resolver{io};
    error_code ec;
    const auto found = resolver.resolve(options.host, std::to_string(options.port), asio::ip::resolver_base::passive, ec);
    if (ec || found.empty())
        throw std::runtime_error(fmt::format("{}.listen: the address {} is not known: {}",
                                             options.name == "http" ? "server" : options.name, options.host, ec.message()));
    const tcp::endpoint at = found.begin()->endpoint();
    acceptor.open(at.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(at, ec);
    if (!ec) acceptor.listen(4096, ec);
    if (ec) {
        const std::string key = (options.name == "http" ? "server" : options.name) + ".listen";
        const std::string where = fmt::format("{}:{}", bracketed(options.host), options.port);
        if (ec == asio::error::address_in_use)
            throw std::runtime_error(fmt::format("{} is taken: stop the other program on port {}, or set {} to another one",
                                                 where, options.port, key));
        if (ec == asio::error::access_denied)
            throw std::runtime_error(
                fmt::format("no right to listen on {}: ports below 1024 need it, set {} to a higher one", where, key));
        throw std::runtime_error(fmt::format("cannot listen on {}: {} (see {})", where, ec.message(), key));
    }
}

void server::state::spare_descriptor() { spare_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

// Out of files: takes the first waiting connection and closes it, so that its client hears a refusal instead of waiting.
void server::state::shed_one() {
    if (spare_ >= 0) ::close(spare_);
    error_code ignored;
    tcp_socket refused{strand};
    acceptor.non_blocking(true, ignored);
    acceptor.accept(refused, ignored);
    refused.close(ignored);
    spare_descriptor();
}

task<> server::state::accept() {
    const auto self = shared_from_this();
    auto pause = std::chrono::milliseconds{10};
    timer wait{strand};
    while (acceptor.is_open()) {
        const std::size_t shard = shards.next();
        tcp_socket socket{shards.at(shard)};
        error_code ec;
        co_await acceptor.async_accept(socket, asio::redirect_error(use_task, ec));
        if (ec == asio::error::operation_aborted || ec == asio::error::bad_descriptor) co_return;
        if (ec == asio::error::connection_aborted) continue;
        if (ec) {
            // EMFILE and the like: refuse one, then give the others time to end.
            counts.refused.add();
            log::warn("cannot accept", {{"listener", options.name}, {"error", ec.message()}});
            shed_one();
            wait.expires_after(pause);
            pause = std::min(pause * 2, std::chrono::milliseconds{1000});
            error_code ignored;
            co_await wait.async_wait(asio::redirect_error(use_task, ignored));
            continue;
        }
        pause = std::chrono::milliseconds{10};
        take(std::move(socket), shard);
    }
}

void server::state::take(tcp_socket socket, std::size_t shard) {
    error_code ignored;
    if (open_connections >= options.limits.connections) {
        counts.refused.add();
        socket.close(ignored);
        return;
    }
    counts.accepted.add();
    connection_slot slot = std::make_shared<const held_slot>(shared_from_this());
    socket.set_option(tcp::no_delay(true), ignored);
    const executor home = shards.at(shard);
    if (tls)
        asio::co_spawn(home, serve_tls(std::move(slot), std::move(socket), shard), asio::detached);
    else
        asio::co_spawn(home, serve_plain(std::move(slot), std::move(socket), shard), asio::detached);
}

void server::state::close_listener() {
    error_code ec;
    acceptor.non_blocking(true, ec);
    for (int left = asio::socket_base::max_listen_connections; !ec && left > 0; --left) {
        const std::size_t shard = shards.next();
        tcp_socket socket{shards.at(shard)};
        acceptor.accept(socket, ec);
        if (!ec) take(std::move(socket), shard);
    }
    acceptor.close(ec);
}

void server::state::add(std::shared_ptr<connection> c) {
    const std::lock_guard hold{lock_};
    connections_.emplace(c.get(), c);
}

void server::state::remove(connection* c) {
    const std::lock_guard hold{lock_};
    connections_.erase(c);
}

void server::state::for_each(void (connection::*what)()) {
    std::vector<std::shared_ptr<connection>> all;
    {
        const std::lock_guard hold{lock_};
        for (const auto& [key, weak] : connections_)
            if (auto c = weak.lock()) all.push_back(std::move(c));
    }
    for (auto& c : all) {
        const executor home = c->home();
        asio::post(home, [c = std::move(c), what] { ((*c).*what)(); });
    }
}

std::string server::state::date() {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
    const std::lock_guard hold{date_lock_};
    if (now != date_second_) {
        date_second_ = now;
        date_ = http::http_date(now);
    }
    return date_;
}

std::string server::state::next_request_id() {
    return fmt::format("{:016x}", request_base_ + requests_.fetch_add(1, std::memory_order_relaxed) * 0x9e3779b97f4a7c15ULL);
}

server::server(asio::io_context& io, runtime::shards& shards, service& s, server_options o, metrics::registry& m)
    : state_(std::make_shared<state>(io, shards, s, std::move(o), m)) {
    state_->open();
}

server::~server() = default;

std::uint16_t server::port() const noexcept {
    error_code ignored;
    return state_->acceptor.local_endpoint(ignored).port();
}

std::string server::url() const {
    return fmt::format("{}://{}:{}", state_->tls ? "https" : "http", bracketed(state_->options.host), port());
}

void server::start() { asio::co_spawn(state_->strand, state_->accept(), asio::detached); }

void server::drain() {
    // The door closes first: who is told to go finds it closed.
    asio::post(state_->strand, [s = state_] {
        s->close_listener();
        s->draining = true;
        s->for_each(&connection::end_if_idle);
    });
}

void server::stop() { state_->for_each(&connection::end); }

std::size_t server::connections() const noexcept { return state_->open_connections; }

}  // namespace madang::net

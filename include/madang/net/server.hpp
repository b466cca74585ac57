// Listens on one address and serves HTTP/1.1 (RFC 9112) and WebSocket upgrades, plain or over TLS. Every connection is pinned to
// a shard when it is accepted. Start, drain() and stop() from any thread.
#pragma once

#include "madang/base/async.hpp"
#include "madang/net/service.hpp"
#include "madang/observe/metrics.hpp"
#include "madang/runtime/shards.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace madang::net {

struct http_limits {
    std::size_t head = 16 * 1024;
    std::chrono::milliseconds head_timeout{std::chrono::seconds{10}};
    std::size_t body = 1024 * 1024;
    std::chrono::milliseconds body_timeout{std::chrono::seconds{60}};
    std::chrono::milliseconds keep_alive{std::chrono::seconds{60}};
    std::chrono::milliseconds write_timeout{std::chrono::seconds{10}};
    std::size_t connections = 20'000;
    std::size_t message = 1024 * 1024;  // a WebSocket message, bytes
};

struct server_options {
    std::string name;  // "http", "admin": label of the metrics
    std::string host;
    std::uint16_t port = 0;   // 0: the system picks one
    std::string certificate;  // PEM files; empty: no TLS
    std::string key;
    http_limits limits;
    // Whether a peer may say for whom it forwards (X-Forwarded-For, X-Forwarded-Proto).
    std::function<bool(const asio::ip::address&)> trusted_proxy;
};

class server {
public:
    // Opens the address. Throws std::runtime_error with one line that says what to do: port taken, no right, a bad certificate.
    server(asio::io_context& io, runtime::shards& shards, service& s, server_options o, metrics::registry& m);
    ~server();

    [[nodiscard]] std::uint16_t port() const noexcept;
    [[nodiscard]] std::string url() const;  // "http://127.0.0.1:8080"

    void start();
    // Closes the listener and idle connections, those of a trusted proxy after a second; requests that have come, and come there
    // meanwhile, are answered with `Connection: close`.
    void drain();
    // Ends every connection that is left.
    void stop();
    [[nodiscard]] std::size_t connections() const noexcept;

    struct state;

private:
    std::shared_ptr<state> state_;
};

}  // namespace madang::net

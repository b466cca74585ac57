// What all connections of one server share. Thread-safe.
#pragma once

#include "madang/net/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <unordered_set>

namespace madang::net {

using tcp = asio::ip::tcp;
using tcp_socket = asio::basic_stream_socket<tcp, executor>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, executor>;

// A connection, as far as a drain is concerned. Its members are called on its shard.
class connection {
public:
    virtual ~connection() = default;
    virtual void end_if_idle() = 0;
    virtual void end() = 0;
    [[nodiscard]] virtual const executor& home() const = 0;
};

struct http_metrics {
    http_metrics(metrics::registry& m, const std::string& listener);

    metrics::gauge& connections;
    metrics::counter& accepted;
    metrics::counter& refused;     // over limits.connections, or out of files
    metrics::counter& timed_out;   // heads, bodies and writes that took too long
    metrics::counter* answers[6];  // by the status' first digit
    metrics::histogram& took;      // request read to answer ready
    metrics::counter& upgrades;
};

struct server::state : std::enable_shared_from_this<server::state> {
    state(asio::io_context& io, runtime::shards& s, net::service& what, server_options o, metrics::registry& m);

    void open();
    task<> accept();
    // A connection that was accepted, to be served on this shard.
    void take(tcp_socket socket, std::size_t shard);
    // Takes who has connected already: the system would reset them.
    void close_listener();

    void add(std::shared_ptr<connection> c);
    void remove(connection* c);
    // Calls `what` for every connection, on its shard.
    void for_each(void (connection::*what)());

    // "Sun, 22 Nov 2026 08:30:00 GMT", made once a second.
    [[nodiscard]] std::string date();
    [[nodiscard]] std::string next_request_id();

    asio::io_context& io;
    runtime::shards& shards;
    net::service& service;
    const server_options options;
    http_metrics counts;
    std::optional<asio::ssl::context> tls;
    executor strand;
    tcp_acceptor acceptor;
    std::atomic<bool> draining{false};
    std::atomic<std::size_t> open_connections{0};

private:
    void spare_descriptor();
    void shed_one();

    std::mutex lock_;
    std::unordered_map<connection*, std::weak_ptr<connection>> connections_;
    std::mutex date_lock_;
    std::int64_t date_second_ = 0;
    std::string date_;
    const std::uint64_t request_base_;
    std::atomic<std::uint64_t> requests_{0};
    int spare_ = -1;  // given up to accept, and refuse, one connection when files run out
};

// One of `limits.connections`, taken when a connection is accepted and held until all of it is gone, TLS handshake included.
struct held_slot {
    explicit held_slot(std::shared_ptr<server::state> s) : owner(std::move(s)) {
        ++owner->open_connections;
        owner->counts.connections.add();
    }
    ~held_slot() {
        --owner->open_connections;
        owner->counts.connections.sub();
    }
    held_slot(const held_slot&) = delete;
    held_slot& operator=(const held_slot&) = delete;

    const std::shared_ptr<server::state> owner;
};
using connection_slot = std::shared_ptr<const held_slot>;

// Serves one connection, plain or over TLS; both on the shard's strand.
task<> serve_plain(connection_slot slot, tcp_socket socket, std::size_t shard);
task<> serve_tls(connection_slot slot, tcp_socket socket, std::size_t shard);

}  // namespace madang::net

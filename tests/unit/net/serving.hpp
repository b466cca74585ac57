// A server over real sockets, and who talks to it.
#pragma once

#include "madang/net/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "run_task.hpp"

namespace madang::test {

// Greets everybody, and says whom it took them for and how much they had to say.
class greeter final : public net::service {
public:
    task<http::response> serve(std::shared_ptr<http::request> r) override {
        http::response answer{200, "text/plain", "hello"};
        answer.with("X-Address", r->address);
        answer.with("X-Body-Size", std::to_string(r->body.size()));
        co_return answer;
    }
    task<std::variant<http::response, net::upgrade>> open(std::shared_ptr<http::request>, std::size_t) override {
        co_return http::response{404};
    }
    http::response refuse(errc code, std::string, const std::string&) override { return http::response{http_status(code)}; }
};

inline net::server_options on_loopback(bool trusting) {
    net::server_options o;
    o.name = "http";
    o.host = "127.0.0.1";
    o.trusted_proxy = [trusting](const asio::ip::address& a) { return trusting && a.is_loopback(); };
    return o;
}

struct serving {
    // `trusting`: who connects is a proxy.
    explicit serving(bool trusting = false) : server(io.context(), shards, greets, on_loopback(trusting), registry) {
        server.start();
    }
    // Until what was posted to the only thread has run.
    void settle() {
        std::promise<void> all;
        asio::post(shards.at(0), [&] { all.set_value(); });
        all.get_future().get();
    }
    ~serving() {
        server.drain();
        server.stop();
        io.finish();
    }
    serving(const serving&) = delete;
    serving& operator=(const serving&) = delete;

    io_thread io;
    runtime::shards shards{io.context(), 1};
    greeter greets;
    metrics::registry registry;
    net::server server;
};

class client {
public:
    explicit client(std::uint16_t port) { socket_.connect({asio::ip::address_v4::loopback(), port}); }

    void write(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }
    // As if the network had sent what is written piece by piece.
    void at_once() { socket_.set_option(asio::ip::tcp::no_delay(true)); }
    void ask() { write("GET / HTTP/1.1\r\nHost: madang\r\n\r\n"); }
    std::string answer() { return read_to("hello"); }
    // "HTTP/1.1 413 Content Too Large", of an answer without a body.
    std::string refusal() {
        const std::string head = read_to("\r\n\r\n");
        return head.substr(0, head.find("\r\n"));
    }
    // Nothing comes any more.
    bool at_end() {
        boost::system::error_code ec;
        char byte = 0;
        return kept_.empty() && asio::read(socket_, asio::buffer(&byte, 1), ec) == 0 && ec == asio::error::eof;
    }

private:
    std::string read_to(std::string_view end) {
        const std::size_t n = asio::read_until(socket_, asio::dynamic_buffer(kept_), end);
        std::string text = kept_.substr(0, n);
        kept_.erase(0, n);
        return text;
    }

    asio::io_context io_;
    asio::ip::tcp::socket socket_{io_};
    std::string kept_;  // came already, and belongs to the next answer
};

}  // namespace madang::test

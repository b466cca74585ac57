// A server that ends, over real sockets.
#include "madang/net/server.hpp"

#include "catch.hpp"
#include "run_task.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

using namespace madang;
using namespace madang::test;

namespace {

class greeter final : public net::service {
public:
    task<http::response> serve(std::shared_ptr<http::request>) override { co_return http::response{200, "text/plain", "hello"}; }
    task<std::variant<http::response, net::upgrade>> open(std::shared_ptr<http::request>, std::size_t) override {
        co_return http::response{404};
    }
    http::response refuse(errc, std::string, const std::string&) override { return http::response{400}; }
};

net::server_options on_loopback(bool trusting) {
    net::server_options o;
    o.name = "http";
    o.host = "127.0.0.1";
    o.trusted_proxy = [trusting](const asio::ip::address&) { return trusting; };
    return o;
}

struct serving {
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

    void ask() { asio::write(socket_, asio::buffer(std::string_view{"GET / HTTP/1.1\r\nHost: madang\r\n\r\n"})); }
    std::string answer() {
        std::string text;
        asio::read_until(socket_, asio::dynamic_buffer(text), "hello");
        return text;
    }
    // Nothing comes any more.
    bool at_end() {
        boost::system::error_code ec;
        char byte = 0;
        return asio::read(socket_, asio::buffer(&byte, 1), ec) == 0 && ec == asio::error::eof;
    }

private:
    asio::io_context io_;
    asio::ip::tcp::socket socket_{io_};
};

bool says_close(const std::string& answer) { return answer.find("Connection: close\r\n") != std::string::npos; }

}  // namespace

TEST_CASE("a server that drains ends idle connections and takes no others") {
    serving s;
    client c{s.server.port()};
    c.ask();
    REQUIRE_FALSE(says_close(c.answer()));
    const auto port = s.server.port();
    s.server.drain();
    REQUIRE(c.at_end());
    REQUIRE_THROWS_AS(client{port}, boost::system::system_error);
}

TEST_CASE("a request that is there when the server drains is answered, as the connection's last") {
    serving s;
    client c{s.server.port()};
    c.ask();
    REQUIRE_FALSE(says_close(c.answer()));
    // The only thread is busy while both come, so it finds them together.
    std::promise<void> both;
    asio::post(s.shards.at(0), [&] {
        c.ask();
        s.server.drain();
        both.set_value();
    });
    both.get_future().get();
    REQUIRE(says_close(c.answer()));
    REQUIRE(c.at_end());
}

TEST_CASE("who has connected when the server drains is answered") {
    serving s;
    std::promise<std::unique_ptr<client>> both;
    asio::post(s.shards.at(0), [&] {
        auto c = std::make_unique<client>(s.server.port());
        c->ask();
        s.server.drain();
        both.set_value(std::move(c));
    });
    const auto c = both.get_future().get();
    REQUIRE(says_close(c->answer()));
    REQUIRE(c->at_end());
}

TEST_CASE("a proxy's idle connection takes one request more while the server drains, and not for long") {
    serving s{true};
    client busy{s.server.port()}, idle{s.server.port()};
    for (auto* c : {&busy, &idle}) {
        c->ask();
        REQUIRE_FALSE(says_close(c->answer()));
    }
    s.server.drain();
    s.settle();
    busy.ask();
    REQUIRE(says_close(busy.answer()));
    REQUIRE(busy.at_end());
    REQUIRE(idle.at_end());
}

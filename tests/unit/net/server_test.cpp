// A server that ends, over real sockets.
#include "serving.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::test;

namespace {

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

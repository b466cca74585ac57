// One connection, when it is to end or to come back at a bad moment.
#include "connection.hpp"

#include <boost/asio/post.hpp>

#include <future>
#include <thread>

#include "catch.hpp"
#include "greeter.hpp"
#include "run_task.hpp"

using namespace madang;
using namespace madang::test;
using namespace std::chrono_literals;

namespace {

// Ends each connection as soon as it is there, as a deadline does that is missed.
class impatient final : public redis::connection::listener {
public:
    void up() override {
        ++ups;
        of->cut("too slow");
    }
    void received(redis::reply) override {}
    void down(std::string_view) override {}

    std::shared_ptr<redis::connection> of;
    int ups = 0;
};

}  // namespace

TEST_CASE("a connection that falls as soon as it is there comes back after pauses that grow") {
    greeter mute;
    asio::io_context io;
    impatient hasty;
    hasty.of = std::make_shared<redis::connection>(executor{io.get_executor()}, mute.where(), hasty);
    const auto began = std::chrono::steady_clock::now();
    hasty.of->start();
    while (hasty.ups < 5) io.run_one();
    // At least half of 100, 200, 400 and 800 ms.
    REQUIRE(std::chrono::steady_clock::now() - began >= 750ms);
    hasty.of->stop();
    io.run();
}

TEST_CASE("a stop that overtakes the end of a look-up leaves no connection behind") {
    asio::io_context io;
    // Takes connections, as the system does for who listens, and does not answer.
    asio::ip::tcp::acceptor listening{io, {asio::ip::address_v4::loopback(), 0}};
    redis::options o;
    o.port = listening.local_endpoint().port();
    o.connect_timeout = 1h;
    impatient nobody;
    const executor strand{io.get_executor()};
    const auto c = std::make_shared<redis::connection>(strand, o, nobody);

    // The look-up begins; then the strand is held, so that its end can only queue behind the stop.
    std::promise<void> held, ended;
    c->start();
    asio::post(strand, [&] {
        held.set_value();
        ended.get_future().wait();
        c->stop();
    });
    std::thread strands{[&] { io.run_for(20s); }};
    held.get_future().wait();
    io.run_one_for(2s);  // the end of the look-up, unless the other thread has seen it
    ended.set_value();
    strands.join();
    REQUIRE(io.stopped());  // nothing is under way any more
    REQUIRE(nobody.ups == 0);
}

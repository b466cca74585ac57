// A server that answers the first PING of each connection, and then nothing any more.
#pragma once

#include "madang/base/async.hpp"
#include "madang/redis/options.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <condition_variable>
#include <list>
#include <mutex>
#include <string_view>

#include "catch.hpp"
#include "run_task.hpp"

namespace madang::test {

class greeter {
public:
    greeter() { asio::co_spawn(strand_, greet(), asio::detached); }
    ~greeter() {
        asio::post(strand_, [this] {
            boost::system::error_code ignored;
            acceptor_.close(ignored);
            for (auto& s : guests_) s.close(ignored);
        });
        io_.finish();
    }
    greeter(const greeter&) = delete;
    greeter& operator=(const greeter&) = delete;

    [[nodiscard]] redis::options where() const {
        redis::options o;
        o.port = port_;
        return o;
    }
    // Until so many connections were greeted.
    void wait_for(int n) {
        std::unique_lock hold{lock_};
        REQUIRE(changed_.wait_for(hold, std::chrono::seconds{30}, [&] { return greeted_ >= n; }));
    }

private:
    using tcp = asio::ip::tcp;
    using acceptor = asio::basic_socket_acceptor<tcp, executor>;
    using socket = asio::basic_stream_socket<tcp, executor>;

    task<> greet() {
        constexpr std::string_view pong = "+PONG\r\n";
        std::array<char, 256> heard{};
        boost::system::error_code ec;
        while (acceptor_.is_open()) {
            socket& guest = guests_.emplace_back(strand_);
            co_await acceptor_.async_accept(guest, asio::redirect_error(use_task, ec));
            if (!ec) co_await guest.async_read_some(asio::buffer(heard), asio::redirect_error(use_task, ec));
            if (!ec) co_await asio::async_write(guest, asio::buffer(pong), asio::redirect_error(use_task, ec));
            const std::lock_guard hold{lock_};
            greeted_ += ec ? 0 : 1;
            changed_.notify_all();
        }
    }

    io_thread io_;
    executor strand_ = io_.new_strand();
    acceptor acceptor_{strand_, {asio::ip::address_v4::loopback(), 0}};
    const std::uint16_t port_ = acceptor_.local_endpoint().port();
    std::list<socket> guests_;
    std::mutex lock_;
    std::condition_variable changed_;
    int greeted_ = 0;
};

}  // namespace madang::test

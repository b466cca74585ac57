#include "connection.hpp"

#include "madang/redis/commands.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace madang::redis {
namespace {

using namespace std::chrono_literals;
using boost::system::error_code;

constexpr auto first_pause = 100ms;
constexpr auto longest_pause = 5000ms;
constexpr std::size_t read_at_once = std::size_t{16} << 10;

}  // namespace

connection::connection(executor strand, options o, listener& to)
    : strand_(std::move(strand)),
      options_(std::move(o)),
      to_(&to),
      socket_(strand_),
      resolver_(strand_),
      timer_(strand_),
      pauses_(first_pause, longest_pause) {}

void connection::start() { asio::co_spawn(strand_, stay_connected(), asio::detached); }

void connection::stop() {
    stopped_ = true;
    to_ = nullptr;
    if (why_.empty()) why_ = "stopped";  // a look-up that has ended already is not followed by a connection
    resolver_.cancel();
    timer_.cancel();
    error_code ignored;
    socket_.close(ignored);
}

task<> connection::stay_connected() {
    const auto self = shared_from_this();
    while (!stopped_) {
        why_.clear();
        if (const auto failed = co_await open())
            fall(*failed);
        else
            co_await serve();
        error_code ignored;
        socket_.close(ignored);
        unsent_.clear();
        if (!stopped_) co_await pause();
    }
}

// The timer closes the socket, which ends whatever is under way.
task<std::optional<std::string>> connection::open() {
    timer_.expires_after(options_.connect_timeout);
    timer_.async_wait([self = shared_from_this()](const error_code& ec) {
        if (ec) return;
        if (self->why_.empty()) self->why_ = fmt::format("no connection within {} ms", self->options_.connect_timeout.count());
        self->resolver_.cancel();
        error_code ignored;
        self->socket_.close(ignored);
    });
    error_code ec;
    const auto found =
        co_await resolver_.async_resolve(options_.host, std::to_string(options_.port), asio::redirect_error(use_task, ec));
    if (!ec && why_.empty()) co_await asio::async_connect(socket_, found, asio::redirect_error(use_task, ec));
    if (!why_.empty()) co_return why_;
    if (ec) co_return fmt::format("{}:{}: {}", options_.host, options_.port, ec.message());
    socket_.set_option(asio::ip::tcp::no_delay{true}, ec);
    parser_.emplace();
    auto refused = co_await introduce();
    timer_.cancel();
    co_return refused;
}

// AUTH and SELECT, where they are needed, and a PING: a server that accepts and does not answer is none.
task<std::optional<std::string>> connection::introduce() {
    commands hello;
    if (!options_.user.empty())
        hello.add("AUTH", options_.user, options_.password);
    else if (!options_.password.empty())
        hello.add("AUTH", options_.password);
    if (options_.database != 0) hello.add("SELECT", std::to_string(options_.database));
    hello.add("PING");
    error_code ec;
    co_await asio::async_write(socket_, asio::buffer(hello.bytes()), asio::redirect_error(use_task, ec));
    std::array<char, 1024> buffer;
    for (std::size_t answered = 0; answered < hello.count() && !ec;) {
        const auto size = co_await socket_.async_read_some(asio::buffer(buffer), asio::redirect_error(use_task, ec));
        if (ec) break;
        try {
            parser_->feed({buffer.data(), size});
            while (const auto r = parser_->next()) {
                if (r->is_refusal()) co_return fmt::format("{}:{}: {}", options_.host, options_.port, r->text);
                ++answered;
            }
        } catch (const std::runtime_error& e) {
            co_return fmt::format("{}:{} does not speak Redis' protocol: {}", options_.host, options_.port, e.what());
        }
    }
    if (!why_.empty()) co_return why_;
    if (ec) co_return fmt::format("{}:{}: {}", options_.host, options_.port, ec.message());
    co_return std::nullopt;
}

task<> connection::serve() {
    if (stopped_) co_return;
    const auto since = std::chrono::steady_clock::now();
    up_ = true;
    told_down_ = false;
    to_->up();
    std::array<char, read_at_once> buffer;
    error_code ec;
    while (!stopped_ && why_.empty()) {
        const auto size = co_await socket_.async_read_some(asio::buffer(buffer), asio::redirect_error(use_task, ec));
        if (ec) break;
        try {
            parser_->feed({buffer.data(), size});
            while (to_ != nullptr && why_.empty()) {
                auto r = parser_->next();
                if (!r) break;
                to_->received(std::move(*r));
            }
        } catch (const std::runtime_error& e) {
            cut(e.what());
        }
    }
    up_ = false;
    // A server that greets and then fails is as good as none: the pauses go on growing.
    if (std::chrono::steady_clock::now() - since >= longest_pause) pauses_.works();
    fall(why_.empty() ? ec.message() : why_);
}

void connection::send(std::string_view bytes) {
    if (!up_ || !why_.empty()) return;
    unsent_ += bytes;
    if (std::exchange(flushing_, true)) return;
    asio::post(strand_, [self = shared_from_this()] { self->flush(); });
}

void connection::flush() {
    flushing_ = up_ && !unsent_.empty();
    if (!flushing_) return;
    writing_.clear();
    writing_.swap(unsent_);
    asio::async_write(socket_, asio::buffer(writing_), [self = shared_from_this()](const error_code& ec, std::size_t) {
        self->flushing_ = false;
        if (!ec) self->flush();  // otherwise whoever reads notices, too
    });
}

void connection::cut(std::string_view why) {
    if (!up_ || !why_.empty()) return;
    why_ = why;
    error_code ignored;
    socket_.close(ignored);
}

void connection::fall(std::string_view why) {
    pauses_.fails();
    if (to_ != nullptr && !std::exchange(told_down_, true)) to_->down(why);
}

task<> connection::pause() {
    timer_.expires_after(pauses_.pause());
    error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(use_task, ignored));
}

}  // namespace madang::redis

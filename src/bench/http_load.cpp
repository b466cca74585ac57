#include "http_load.hpp"

#include "madang/base/async.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <exception>
#include <stdexcept>

namespace madang::bench {
namespace {

using steady = std::chrono::steady_clock;
using tcp_socket = asio::basic_stream_socket<asio::ip::tcp, executor>;

// What all clients share.
struct work {
    const options& o;
    const next_request& next;
    int clients;
    std::uint64_t requests;
    steady::time_point began;
    steady::time_point end;
    std::uint64_t begun = 0;
    http_load_result result;

    [[nodiscard]] bool more() const { return requests > 0 ? begun < requests : steady::now() < end; }
    [[nodiscard]] steady::time_point comes(std::size_t client) const {
        return began + std::chrono::duration_cast<steady::duration>(o.ramp) * static_cast<int>(client) / clients;
    }
    // When a client's turn is due, at a rate: they take turns.
    [[nodiscard]] steady::time_point due(std::size_t client, std::uint64_t turn) const {
        const auto n = static_cast<double>(turn) * clients + static_cast<double>(client);
        return began + std::chrono::duration_cast<steady::duration>(std::chrono::duration<double>(n / o.rate));
    }
};

std::string bytes_of(const http_request& r) {
    auto text = fmt::format("{} {} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {}\r\n", r.method, r.path, r.token);
    if (!r.body.empty()) text += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", r.body.size());
    text += "\r\n";
    return text + r.body;
}

std::size_t length_in(std::string_view head) {
    constexpr std::string_view name = "\r\nContent-Length: ";
    const auto at = head.find(name);
    std::size_t n = 0;
    if (at != std::string_view::npos) std::from_chars(head.data() + at + name.size(), head.data() + head.size(), n);
    return n;
}

struct answered {
    int status = 0;
    std::size_t bytes = 0;  // of its body
};

// One answer. What is left of the buffer belongs to nobody: there is one request at a time.
task<answered> read_answer(tcp_socket& socket, std::string& buffer) {
    const auto head = co_await asio::async_read_until(socket, asio::dynamic_buffer(buffer), "\r\n\r\n", use_task);
    answered answer;
    answer.bytes = length_in(std::string_view{buffer}.substr(0, head));
    const auto whole = head + answer.bytes;
    if (buffer.size() < whole) {
        auto rest = asio::dynamic_buffer(buffer);
        co_await asio::async_read(socket, rest, asio::transfer_exactly(whole - buffer.size()), use_task);
    }
    std::from_chars(buffer.data() + 9, buffer.data() + 12, answer.status);
    buffer.clear();
    co_return answer;
}

task<> client(work& w, std::size_t me) {
    tcp_socket socket{co_await asio::this_coro::executor};
    timer wait{socket.get_executor()};
    wait.expires_at(w.comes(me));
    co_await wait.async_wait(use_task);
    const asio::ip::tcp::endpoint server{asio::ip::make_address(w.o.host), w.o.port};
    co_await socket.async_connect(server, use_task);
    socket.set_option(asio::ip::tcp::no_delay(true));
    std::string buffer;
    for (std::uint64_t turns = 0; w.more(); ++turns) {
        // Counted from when it was due: a slow answer makes the next ones late.
        auto sent = steady::now();
        if (w.o.rate > 0) {
            sent = w.due(me, turns);
            wait.expires_at(sent);
            co_await wait.async_wait(use_task);
        }
        const turn mine{w.begun++, me};
        const auto request = w.next(mine);
        const auto text = bytes_of(request);
        co_await asio::async_write(socket, asio::buffer(text), use_task);
        const auto answer = co_await read_answer(socket, buffer);
        w.result.milliseconds.push_back(std::chrono::duration<double, std::milli>(steady::now() - sent).count());
        ++w.result.answered;
        if (answer.status / 100 != 2) ++w.result.failed;
        if (request.method != "GET") ++w.result.writes;
        w.result.bytes += answer.bytes;
    }
}

}  // namespace

http_load_result run_http_load(const options& o, int clients, std::uint64_t requests, const next_request& next) {
    asio::io_context io;
    const auto began = steady::now();
    work w{o, next, clients, requests, began, began + o.duration, 0, {}};
    std::exception_ptr broken;
    for (int i = 0; i < clients; ++i)
        asio::co_spawn(executor{io.get_executor()}, client(w, static_cast<std::size_t>(i)), [&broken](std::exception_ptr e) {
            if (e) broken = e;
        });
    io.run();
    if (broken) std::rethrow_exception(broken);
    w.result.seconds = std::chrono::duration<double>(steady::now() - began).count();
    return std::move(w.result);
}

}  // namespace madang::bench

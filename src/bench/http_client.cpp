#include "http_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <stdexcept>

namespace madang::bench {

namespace asio = boost::asio;

boost::json::value http_answer::json() const { return boost::json::parse(body); }

http_answer http_client::request(std::string_view method, std::string_view path, std::string_view body) const {
    asio::io_context io;
    asio::ip::tcp::socket socket{io};
    asio::connect(socket, asio::ip::tcp::resolver{io}.resolve(host_, std::to_string(port_)));
    std::string head = fmt::format("{} {} HTTP/1.1\r\nHost: {}:{}\r\nConnection: close\r\n", method, path, host_, port_);
    if (!token_.empty()) head += fmt::format("Authorization: Bearer {}\r\n", token_);
    if (!body.empty()) head += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    head += "\r\n";
    head += body;
    asio::write(socket, asio::buffer(head));
    std::string all;
    boost::system::error_code ec;
    asio::read(socket, asio::dynamic_buffer(all), ec);
    const auto end = all.find("\r\n\r\n");
    if (end == std::string::npos || all.size() < 12) throw std::runtime_error(fmt::format("no answer to {} {}", method, path));
    return {std::stoi(all.substr(9, 3)), all.substr(end + 4)};
}

boost::json::value http_client::post(std::string_view path, std::string_view body) const {
    const auto answer = request("POST", path, body);
    if (answer.status >= 400)
        throw std::runtime_error(fmt::format("POST {} was answered with {} {}", path, answer.status, answer.body));
    return answer.body.empty() ? boost::json::value{} : answer.json();
}

double metric(const http_client& admin, std::string_view name) {
    const auto text = admin.request("GET", "/metrics").body;
    const auto at = text.find("\n" + std::string{name} + " ");
    return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + name.size() + 2, nullptr);
}

}  // namespace madang::bench

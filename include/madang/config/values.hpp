// Values of settings that are more than a number or a text.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace madang::config {

// "127.0.0.1:8080", "localhost:8080" or "[::1]:8080". The host is kept without brackets; names are not looked up here.
struct address {
    std::string host;
    std::uint16_t port = 0;  // 0: the system picks a free one

    friend bool operator==(const address&, const address&) = default;
};
[[nodiscard]] std::optional<address> parse_address(std::string_view text);
[[nodiscard]] std::string to_string(const address& a);

// "10.0.0.0/8", "fd00::/8", or a single address. Bits beyond the prefix are zero.
struct network {
    boost::asio::ip::address base;
    unsigned short prefix = 0;  // bits

    // An IPv4 address that arrives as ::ffff:a.b.c.d counts as IPv4.
    [[nodiscard]] bool contains(const boost::asio::ip::address& peer) const;

    friend bool operator==(const network&, const network&) = default;
};
[[nodiscard]] std::optional<network> parse_network(std::string_view text);
[[nodiscard]] std::string to_string(const network& n);

// "redis://[user][:password]@host[:port][/database]"; what is left out is empty, 6379 and 0. Reserved characters in user and
// password are percent-encoded (RFC 3986, 2.1).
struct redis_server {
    address where;
    std::string user;
    std::string password;
    int database = 0;

    friend bool operator==(const redis_server&, const redis_server&) = default;
};
[[nodiscard]] std::optional<redis_server> parse_redis(std::string_view text);
[[nodiscard]] std::string to_string(const redis_server& r);

// "https://chat.example:8443" as a browser writes it in `Origin`: lower case, no path, no default port.
// One trailing slash is forgiven and dropped.
[[nodiscard]] std::optional<std::string> parse_origin(std::string_view text);

}  // namespace madang::config

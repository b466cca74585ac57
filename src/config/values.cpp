#include "madang/config/values.hpp"

#include "parse.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace madang::config {
namespace {

namespace ip = boost::asio::ip;

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto number = parse_number(text);
    if (text.empty() || text.size() > 5 || !number || *number < 0 || *number > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

bool is_host_name(std::string_view text) {
    return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
        return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
    });
}

// "host:port", "[v6]:port"; nothing if the host is wrong. The port is "" when there is none.
struct authority {
    std::string_view host;
    std::string_view port;
    bool bracketed = false;
    bool has_port = false;
};

std::optional<authority> split_authority(std::string_view text) {
    authority a;
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        a.host = text.substr(1, close - 1);
        a.bracketed = true;
        text.remove_prefix(close + 1);
        boost::system::error_code failed;
        (void)ip::make_address_v6(a.host, failed);
        if (failed) return std::nullopt;
    } else {
        a.host = text.substr(0, text.find(':'));
        text.remove_prefix(a.host.size());
        if (!is_host_name(a.host)) return std::nullopt;
    }
    if (text.empty()) return a;
    if (text.front() != ':') return std::nullopt;
    a.has_port = true;
    a.port = text.substr(1);
    return a;
}

}  // namespace

std::optional<address> parse_address(std::string_view text) {
    const auto parts = split_authority(text);
    if (!parts) return std::nullopt;
    const auto port = parse_port(parts->port);
    if (!port) return std::nullopt;
    return address{std::string(parts->host), *port};
}

std::string to_string(const address& a) {
    return a.host.find(':') == std::string::npos ? fmt::format("{}:{}", a.host, a.port) : fmt::format("[{}]:{}", a.host, a.port);
}

bool network::contains(const ip::address& peer) const {
    if (base.is_v4()) {
        ip::address_v4 v4;
        if (peer.is_v4())
            v4 = peer.to_v4();
        else if (peer.to_v6().is_v4_mapped())
            v4 = ip::make_address_v4(ip::v4_mapped, peer.to_v6());
        else
            return false;
        return ip::network_v4(v4, prefix).network() == base.to_v4();
    }
    return peer.is_v6() && ip::network_v6(peer.to_v6(), prefix).network() == base.to_v6();
}

std::optional<network> parse_network(std::string_view text) {
    const auto slash = text.find('/');
    boost::system::error_code failed;
    const auto base = ip::make_address(text.substr(0, slash), failed);
    if (failed || (base.is_v6() && base.to_v6().scope_id() != 0)) return std::nullopt;
    const int most = base.is_v4() ? 32 : 128;
    int prefix = most;
    if (slash != std::string_view::npos) {
        const auto number = parse_number(text.substr(slash + 1));
        if (!number || *number < 0 || *number > most) return std::nullopt;
        prefix = static_cast<int>(*number);
    }
    const auto bits = static_cast<unsigned short>(prefix);
    if (base.is_v4()) return network{ip::network_v4(base.to_v4(), bits).network(), bits};
    return network{ip::network_v6(base.to_v6(), bits).network(), bits};
}

std::string to_string(const network& n) { return fmt::format("{}/{}", n.base.to_string(), n.prefix); }

std::optional<std::string> parse_origin(std::string_view text) {
    std::string lower(text);
    std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    std::string_view rest = lower;
    std::string_view scheme = rest.substr(0, rest.find("://"));
    if (scheme != "http" && scheme != "https") return std::nullopt;
    if (rest.size() < scheme.size() + 3) return std::nullopt;
    rest.remove_prefix(scheme.size() + 3);
    if (rest.ends_with('/')) rest.remove_suffix(1);

    const auto parts = split_authority(rest);
    if (!parts) return std::nullopt;
    const auto host = parts->bracketed ? fmt::format("[{}]", parts->host) : std::string(parts->host);
    if (!parts->has_port) return fmt::format("{}://{}", scheme, host);
    const auto port = parse_port(parts->port);
    if (!port || *port == 0) return std::nullopt;
    if (*port == (scheme == "http" ? 80 : 443)) return fmt::format("{}://{}", scheme, host);
    return fmt::format("{}://{}:{}", scheme, host, *port);
}

}  // namespace madang::config

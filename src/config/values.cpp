#include "madang/config/values.hpp"

#include "parse.hpp"

#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>

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

// RFC 3986, 2.1.
std::optional<std::string> percent_decoded(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            out.push_back(text[i]);
            continue;
        }
        unsigned char c = 0;
        const auto* const begin = text.data() + i + 1;
        if (i + 2 >= text.size() || std::from_chars(begin, begin + 2, c, 16).ptr != begin + 2) return std::nullopt;
        out.push_back(static_cast<char>(c));
        i += 2;
    }
    return out;
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const unsigned char c : text)
        if (std::isalnum(c) != 0 || std::string_view{"-._~"}.find(static_cast<char>(c)) != std::string_view::npos)
            out.push_back(static_cast<char>(c));
        else
            out += fmt::format("%{:02X}", c);
    return out;
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

std::optional<redis_server> parse_redis(std::string_view text) {
    constexpr std::string_view scheme = "redis://";
    constexpr std::int64_t most_databases = 10'000;
    if (!text.starts_with(scheme)) return std::nullopt;
    text.remove_prefix(scheme.size());
    redis_server r;
    if (const auto at = text.rfind('@'); at != std::string_view::npos) {
        const auto who = text.substr(0, at);
        const auto colon = who.find(':');
        const auto user = percent_decoded(who.substr(0, colon));
        const auto password = percent_decoded(colon == std::string_view::npos ? std::string_view{} : who.substr(colon + 1));
        if (!user || !password) return std::nullopt;
        r.user = *user;
        r.password = *password;
        text.remove_prefix(at + 1);
    }
    if (const auto slash = text.find('/'); slash != std::string_view::npos) {
        const auto database = text.substr(slash + 1);
        const auto number = parse_number(database.empty() ? "0" : database);
        if (!number || *number < 0 || *number > most_databases) return std::nullopt;
        r.database = static_cast<int>(*number);
        text = text.substr(0, slash);
    }
    const auto parts = split_authority(text);
    const auto port = parts && parts->has_port ? parse_port(parts->port) : std::uint16_t{6379};
    if (!parts || !port || *port == 0) return std::nullopt;
    r.where = {std::string(parts->host), *port};
    return r;
}

std::string to_string(const redis_server& r) {
    std::string who = percent_encoded(r.user);
    if (!r.password.empty()) who += ":" + percent_encoded(r.password);
    if (!who.empty()) who += "@";
    return fmt::format("redis://{}{}{}", who, to_string(r.where), r.database == 0 ? "" : fmt::format("/{}", r.database));
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

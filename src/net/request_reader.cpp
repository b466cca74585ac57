#include "request_reader.hpp"

#include <boost/beast/http/field.hpp>

namespace madang::net {
namespace {

namespace bhttp = boost::beast::http;

http::method method_of(bhttp::verb v) noexcept {
    switch (v) {
        case bhttp::verb::get:
            return http::method::get;
        case bhttp::verb::head:
            return http::method::head;
        case bhttp::verb::post:
            return http::method::post;
        case bhttp::verb::put:
            return http::method::put;
        case bhttp::verb::patch:
            return http::method::patch;
        case bhttp::verb::delete_:
            return http::method::erase;
        case bhttp::verb::options:
            return http::method::options;
        default:
            return http::method::other;
    }
}

// The path of an origin-form or absolute-form target (RFC 9112, 3.2); empty where it is neither.
std::string_view path_of(std::string_view target) noexcept {
    for (const std::string_view scheme : {"http://", "https://"})
        if (target.starts_with(scheme)) {
            const auto end = target.find_first_of("/?", scheme.size());
            return end == std::string_view::npos || target[end] == '?' ? std::string_view{"/"} : target.substr(end);
        }
    return target.starts_with('/') ? target : std::string_view{};
}

// The right-most address that is no trusted proxy: what is left of it may be made up.
std::string client_behind(const http::request& r, const server_options& o, const std::string& peer) {
    std::string client = peer;
    // Several lines are one list: some proxies append a line of their own to what the client has sent.
    const std::string forwarded = r.list("x-forwarded-for");
    std::string_view rest = forwarded;
    while (!rest.empty() && is_trusted_proxy(o, client)) {
        const auto comma = rest.rfind(',');
        const auto last = http::trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
        boost::system::error_code ec;
        const auto address = asio::ip::make_address(std::string{last}, ec);
        if (ec) break;
        client = address.to_string();
        rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
    }
    return client;
}

}  // namespace

bool is_trusted_proxy(const server_options& o, std::string_view address) {
    boost::system::error_code ec;
    const auto parsed = asio::ip::make_address(std::string{address}, ec);
    return !ec && o.trusted_proxy && o.trusted_proxy(parsed);
}

std::optional<std::string> fault_of_head(const beast_request& head) {
    const auto coding = head.find(bhttp::field::transfer_encoding);
    if (coding != head.end()) {
        if (head.version() < 11) return "Transfer-Encoding needs HTTP/1.1.";
        if (!http::iequals(http::trimmed({coding->value().data(), coding->value().size()}), "chunked"))
            return "The only transfer coding is chunked.";
        if (head.count(bhttp::field::transfer_encoding) > 1) return "Transfer-Encoding is given twice.";
        if (head.count(bhttp::field::content_length) > 0) return "Content-Length and Transfer-Encoding exclude each other.";
    }
    if (head.count(bhttp::field::host) > 1 || (head.version() >= 11 && head.count(bhttp::field::host) == 0))
        return "A request names its host once.";
    if (path_of({head.target().data(), head.target().size()}).empty()) return "The request target is a path.";
    return std::nullopt;
}

std::shared_ptr<http::request> to_request(const beast_request& from, const std::string& peer, bool tls, const server_options& o,
                                          std::string id) {
    auto r = std::make_shared<http::request>();
    r->method = method_of(from.method());
    const std::string_view target = path_of({from.target().data(), from.target().size()});
    const auto question = target.find('?');
    r->path = target.substr(0, question);
    if (question != std::string_view::npos) r->query = target.substr(question + 1);
    r->headers.reserve(16);
    for (const auto& field : from)
        r->headers.emplace_back(std::string{field.name_string().data(), field.name_string().size()},
                                std::string{field.value().data(), field.value().size()});
    r->id = std::move(id);
    r->address = peer;
    r->secure = tls;
    if (is_trusted_proxy(o, peer)) {
        r->address = client_behind(*r, o, peer);
        if (const auto scheme = r->header("x-forwarded-proto")) r->secure = http::iequals(http::trimmed(*scheme), "https");
    }
    return r;
}

}  // namespace madang::net

// From Beast's request to ours, and the checks that Beast leaves to us (RFC 9112, 6: request smuggling).
#pragma once

#include "madang/net/server.hpp"
#include "madang/protocol/http/message.hpp"

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include <memory>
#include <optional>
#include <string>

namespace madang::net {

using beast_request = boost::beast::http::request<boost::beast::http::string_body>;

[[nodiscard]] bool is_trusted_proxy(const server_options& o, std::string_view address);

// What is wrong with a head; nothing if it is sound.
[[nodiscard]] std::optional<std::string> fault_of_head(const beast_request& head);

// Ours from a head of Beast's; its body comes later. `address`: the peer's; behind a trusted proxy the one that it names.
[[nodiscard]] std::shared_ptr<http::request> to_request(const beast_request& from, const std::string& peer, bool tls,
                                                        const server_options& o, std::string id);

}  // namespace madang::net

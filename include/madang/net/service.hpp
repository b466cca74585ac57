// What a server serves: the seam between bytes and meaning.
#pragma once

#include "madang/base/async.hpp"
#include "madang/net/websocket.hpp"
#include "madang/protocol/http/message.hpp"

#include <memory>
#include <string>
#include <variant>

namespace madang::net {

struct upgrade {
    std::string subprotocol;  // empty: none is answered
    std::shared_ptr<websocket_handler> handler;
};

class service {
public:
    virtual ~service() = default;
    // Called on the connection's shard, one request at a time for each connection. Never throws.
    virtual task<http::response> serve(std::shared_ptr<http::request> r) = 0;
    // A request to become a WebSocket: an answer that refuses it, or who takes it. `shard` is the connection's.
    virtual task<std::variant<http::response, upgrade>> open(std::shared_ptr<http::request> r, std::size_t shard) = 0;
    // The answer to what is no proper request; in English, for its headers are not to be believed.
    virtual http::response refuse(errc code, std::string detail, const std::string& request_id) = 0;
};

}  // namespace madang::net

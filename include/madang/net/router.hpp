// Finds the handler for a method and a path. Patterns have literal segments and `{name}`: "/rooms/{id}/messages/{seq}"; a last
// segment `{name...}` takes the rest. A literal wins over a name. Built at start, then constant and thread-safe.
#pragma once

#include "madang/base/async.hpp"
#include "madang/protocol/http/message.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace madang::net {

// A request on its way through a handler.
struct exchange {
    std::shared_ptr<http::request> request;
    std::vector<std::string> parameters;  // of the path, decoded, in the order of the pattern
};

using handler = std::function<task<http::response>(exchange&)>;

class router {
public:
    router();
    ~router();
    router(router&&) noexcept;

    void add(http::method m, std::string_view pattern, handler h);

    struct match {
        const handler* to = nullptr;  // null: there is no such method and path
        std::vector<std::string> parameters;
    };
    // HEAD finds GET's handler. A path with a broken escape matches nothing.
    [[nodiscard]] match find(http::method m, std::string_view path) const;

private:
    struct node;
    std::unique_ptr<node> root_;
};

}  // namespace madang::net

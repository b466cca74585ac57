#include "madang/net/router.hpp"

#include <stdexcept>

namespace madang::net {
namespace {

std::vector<std::string_view> segments(std::string_view path) {
    std::vector<std::string_view> out;
    if (path.starts_with('/')) path.remove_prefix(1);
    for (;;) {
        const auto slash = path.find('/');
        out.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return out;
        path.remove_prefix(slash + 1);
    }
}

}  // namespace

struct router::node {
    std::map<std::string, std::unique_ptr<node>, std::less<>> literal;
    std::unique_ptr<node> named;
    std::unique_ptr<node> rest;
    std::map<http::method, handler> handlers;
};

router::router() : root_(std::make_unique<node>()) {}
router::~router() = default;
router::router(router&&) noexcept = default;

void router::add(http::method m, std::string_view pattern, handler h) {
    node* at = root_.get();
    for (const auto segment : segments(pattern)) {
        std::unique_ptr<node>* next = nullptr;
        if (segment.starts_with('{'))
            next = segment.ends_with("...}") ? &at->rest : &at->named;
        else
            next = &at->literal[std::string{segment}];
        if (!*next) *next = std::make_unique<node>();
        at = next->get();
    }
    if (!at->handlers.emplace(m, std::move(h)).second) throw std::logic_error("two handlers for " + std::string{pattern});
}

router::match router::find(http::method m, std::string_view path) const {
    if (m == http::method::head) m = http::method::get;
    match found;
    const node* at = root_.get();
    const auto parts = segments(path);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        auto decoded = http::percent_decoded(parts[i], false);
        if (!decoded) return {};
        if (const auto literal = at->literal.find(*decoded); literal != at->literal.end()) {
            at = literal->second.get();
        } else if (at->named) {
            at = at->named.get();
            found.parameters.push_back(std::move(*decoded));
        } else if (at->rest) {
            at = at->rest.get();
            for (std::size_t j = i + 1; j < parts.size(); ++j) {
                const auto more = http::percent_decoded(parts[j], false);
                if (!more) return {};
                *decoded += "/" + *more;
            }
            found.parameters.push_back(std::move(*decoded));
            break;
        } else {
            return {};
        }
    }
    const auto handler = at->handlers.find(m);
    if (handler == at->handlers.end()) return {};
    found.to = &handler->second;
    return found;
}

}  // namespace madang::net

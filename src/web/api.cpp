#include "api.hpp"

#include "madang/observe/log.hpp"

#include <charconv>
#include <exception>

namespace madang::web {
namespace {

constexpr std::string_view prefix = "/api/v1";

bool changes_state(http::method m) noexcept {
    return m != http::method::get && m != http::method::head && m != http::method::options;
}

language language_of_request(const http::request& r) noexcept { return language_of(r.header("accept-language").value_or("")); }

}  // namespace

void api::add(http::method m, std::string_view pattern, access a, api_handler h) {
    router_.add(m, std::string{prefix} + std::string{pattern},
                [this, a, h = std::move(h)](net::exchange& x) { return guarded(h, a, x); });
}

task<http::response> api::serve(std::shared_ptr<http::request> r) {
    if (r->method == http::method::options) {
        auto answer = preflight(*r);
        finish(*r, answer);
        co_return answer;
    }
    auto found = router_.find(r->method, r->path);
    if (found.to == nullptr) {
        auto answer = problem(error{errc::not_found}, language_of_request(*r), r->id);
        finish(*r, answer);
        co_return answer;
    }
    net::exchange x;
    x.request = std::move(r);
    x.parameters = std::move(found.parameters);
    co_return co_await (*found.to)(x);
}

task<http::response> api::guarded(const api_handler& h, access a, net::exchange& x) {
    call c{*x.request, x.parameters, language_of_request(*x.request), {}};
    http::response out;
    try {
        auto result = co_await answer(h, a, c);
        if (result) {
            out = std::move(*result);
        } else {
            out = problem(result.error(), c.lang, c.request.id);
            rates_.explain(result.error(), out, c.request.path);
        }
    } catch (const std::exception& bug) {
        log::error("a request failed", {{"request", c.request.id}, {"path", c.request.path}, {"error", bug.what()}});
        out = problem(error{errc::internal}, c.lang, c.request.id);
    }
    finish(c.request, out);
    co_return out;
}

async_result<http::response> api::answer(const api_handler& h, access a, call& c) {
    if (auto origin = check_origin(c.request, a); !origin) co_return origin.error();
    if (a == access::signed_in) {
        auto who = authenticator_.check(c.request);
        if (!who) co_return who.error();
        c.me = *who;
    }
    co_return co_await h(c);
}

// Cookies travel by themselves, so what they change must come from our own pages (contract, chapter 2).
result<> api::check_origin(const http::request& r, access a) const {
    if (!changes_state(r.method) || r.header("authorization")) return {};
    const bool cookies = r.cookie(access_cookie) || r.cookie(refresh_cookie);
    const auto origin = r.header("origin");
    const bool foreign = origin && !origins_.allowed(*origin, r);
    if (cookies && (!origin || foreign)) return error{errc::forbidden, "A request with cookies needs an allowed Origin."};
    if (foreign && a == access::own_pages) return error{errc::forbidden, "This Origin is not allowed."};
    return {};
}

http::response api::preflight(const http::request& r) const {
    const auto origin = r.header("origin");
    if (!origin || !origins_.allowed(*origin, r)) return problem(error{errc::forbidden}, language_of_request(r), r.id);
    http::response answer{204};
    answer.with("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
    answer.with("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key");
    answer.with("Access-Control-Max-Age", "600");
    return answer;
}

void api::finish(const http::request& r, http::response& answer) const {
    answer.with("X-Request-Id", r.id);
    answer.with("Cache-Control", "no-store");
    answer.with("X-Content-Type-Options", "nosniff");
    origins_.answer(r, answer);
}

result<boost::json::object> body_of(const call& c) {
    const auto type = c.request.header("content-type");
    const auto essence = http::trimmed(type.value_or("").substr(0, type.value_or("").find(';')));
    if (!c.request.body.empty() && !http::iequals(essence, "application/json"))
        return error{errc::unsupported_media_type, "The body must be application/json."};
    return json::parse_object(c.request.body);
}

http::response json_answer(int status, std::string body) { return {status, "application/json", std::move(body)}; }

result<std::int64_t> path_number(const call& c, std::size_t index, errc otherwise) {
    const std::string& text = c.path.at(index);
    std::int64_t n = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (ec != std::errc{} || end != text.data() + text.size() || n < 1 || n > max_json_integer) return otherwise;
    return n;
}

}  // namespace madang::web

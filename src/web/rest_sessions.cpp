// Signing in, staying signed in, and ending sessions.
#include "rest.hpp"

#include "madang/base/text.hpp"
#include "madang/domain/encode.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace madang::web {
namespace {

domain::device device_of(const call& c) {
    const auto agent = c.request.header("user-agent").value_or("");
    domain::device d;
    if (text::is_utf8(agent)) d.name = text::cut(agent, 200);
    d.address = c.request.address;
    return d;
}

std::string cookie(std::string_view name, std::string_view value, std::string_view path, std::int64_t seconds, bool secure) {
    return fmt::format("{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Lax{}", name, value, path, seconds,
                       secure ? "; Secure" : "");
}

void set_cookies(http::response& answer, const domain::signed_in& s, const domain::account_policy& policy, bool secure) {
    const auto seconds = [](std::chrono::milliseconds d) { return std::chrono::duration_cast<std::chrono::seconds>(d).count(); };
    answer.with("Set-Cookie", cookie(access_cookie, s.access_token, "/", seconds(policy.access_ttl), secure));
    answer.with("Set-Cookie", cookie(refresh_cookie, s.refresh_token, "/api/v1/sessions", seconds(policy.refresh_ttl), secure));
}

void clear_cookies(http::response& answer, bool secure) {
    answer.with("Set-Cookie", cookie(access_cookie, "", "/", 0, secure));
    answer.with("Set-Cookie", cookie(refresh_cookie, "", "/api/v1/sessions", 0, secure));
}

http::response signed_in_answer(const call& c, const domain::signed_in& s, const domain::account_policy& policy,
                                const settings& set) {
    json::writer w;
    w.begin_object().field("accessToken", s.access_token);
    w.field("expiresIn", std::chrono::duration_cast<std::chrono::seconds>(policy.access_ttl).count());
    // A page has its cookie; a script on it must not be able to read the long-lived token.
    if (!c.request.header("origin")) w.field("refreshToken", s.refresh_token);
    w.key("user");
    write_self(w, s.user);
    auto answer = json_answer(200, w.end_object().take());
    set_cookies(answer, s, policy, set.secure_cookies || c.request.secure);
    return answer;
}

api_answer sign_in(call& c, domain::account_service& accounts, rates& limits, const settings& s) {
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    // An impossible name or password is a wrong one: its fault must not tell which names exist.
    auto username = in.secret("username", {0, 1024});
    auto password = in.secret("password", {0, 1024});
    if (auto fault = in.fault()) co_return std::move(*fault);
    username = text::folded(username);
    const auto account = rates::account_named(username);
    if (auto may = limits.begin_login(account, c.request.address); !may) co_return may.error();
    const auto done = co_await accounts.sign_in(std::move(username), std::move(password), device_of(c));
    limits.end_login(account, c.request.address, done);
    if (!done) co_return done.error();
    co_return signed_in_answer(c, *done, accounts.policy(), s);
}

api_answer refresh(call& c, domain::account_service& accounts, const settings& s) {
    std::string token;
    if (!c.request.body.empty()) {
        const auto body = body_of(c);
        if (!body) co_return body.error();
        json::reader in{*body};
        token = in.optional_secret("refreshToken", {1, 512}).value_or("");
        if (auto fault = in.fault()) co_return std::move(*fault);
    }
    if (token.empty()) token = c.request.cookie(refresh_cookie).value_or("");
    if (token.empty()) co_return errc::unauthenticated;
    const auto done = co_await accounts.refresh(std::move(token), device_of(c));
    if (!done) co_return done.error();
    co_return signed_in_answer(c, *done, accounts.policy(), s);
}

api_answer list(call& c, domain::account_service& accounts) {
    query q{c.request};
    const auto limit = q.limit();
    const auto cursor = q.cursor(1);
    const auto skip = cursor.empty() ? 0 : static_cast<std::size_t>(std::max<std::int64_t>(0, q.cursor_number(cursor[0])));
    if (auto fault = q.fault()) co_return std::move(*fault);
    const auto all = co_await accounts.sessions(c.me.user);
    if (!all) co_return all.error();
    const std::size_t end = std::min(all->size(), skip + limit);
    json::writer w;
    w.begin_object().key("sessions").begin_array();
    for (std::size_t i = skip; i < end; ++i) write(w, (*all)[i], c.me.session);
    w.end_array();
    if (end < all->size()) w.field("nextCursor", query::make_cursor({std::to_string(end)}));
    co_return json_answer(200, w.end_object().take());
}

}  // namespace

void add_session_routes(api& a, domain::account_service& accounts, rates& limits, const settings& s) {
    using http::method;
    a.add(method::post, "/sessions", access::own_pages, [&](call& c) { return sign_in(c, accounts, limits, s); });
    a.add(method::post, "/sessions/refresh", access::own_pages, [&](call& c) { return refresh(c, accounts, s); });
    a.add(method::get, "/sessions", access::signed_in, [&](call& c) { return list(c, accounts); });
    a.add(method::erase, "/sessions/current", access::signed_in, [&](call& c) -> api_answer {
        const auto done = co_await accounts.end_session(c.me.user, c.me.session);
        if (!done && done.error().code != errc::not_found) co_return done.error();
        auto answer = no_content();
        clear_cookies(answer, s.secure_cookies || c.request.secure);
        co_return answer;
    });
    a.add(method::erase, "/sessions/{id}", access::signed_in, [&](call& c) -> api_answer {
        const auto id = path_id<session_id>(c, 0, errc::not_found);
        if (!id) co_return id.error();
        const auto done = co_await accounts.end_session(c.me.user, *id);
        if (!done) co_return done.error();
        co_return no_content();
    });
    a.add(method::erase, "/sessions", access::signed_in, [&](call& c) -> api_answer {
        const auto done = co_await accounts.end_all_sessions(c.me.user);
        if (!done) co_return done.error();
        auto answer = no_content();
        clear_cookies(answer, s.secure_cookies || c.request.secure);
        co_return answer;
    });
}

}  // namespace madang::web

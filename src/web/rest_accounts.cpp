// Sign-up, oneself, and other people's profiles.
#include "rest.hpp"

#include "madang/base/text.hpp"
#include "madang/domain/encode.hpp"

#include <algorithm>

namespace madang::web {
namespace {

// [a-z0-9._-]{3,32}; upper case is folded.
std::string read_username(json::reader& in) {
    auto name = text::folded(in.secret("username", {3, 32}));
    const auto allowed = [](char ch) {
        return (ch >= 'a' && ch <= 'z') || (ch >= '0' && ch <= '9') || ch == '.' || ch == '_' || ch == '-';
    };
    if (name.size() >= 3 && !std::all_of(name.begin(), name.end(), allowed))
        in.fail("username", "invalid", "may hold a-z, 0-9, '.', '_' and '-'");
    return name;
}

std::string read_email(json::reader& in) {
    const auto email = in.optional_secret("email", {3, 254});
    if (!email) return {};
    const auto at = email->find('@');
    const bool shaped = at != std::string::npos && at > 0 && at + 1 < email->size() &&
                        email->find('@', at + 1) == std::string::npos && email->find(' ') == std::string::npos &&
                        !text::has_control(*email);
    if (!shaped) in.fail("email", "invalid", "is not an address");
    return *email;
}

http::response user_answer(int status, const domain::user& u, bool self) {
    json::writer w;
    if (self)
        write_self(w, u);
    else
        write(w, u);
    return json_answer(status, w.take());
}

api_answer sign_up(call& c, domain::account_service& accounts, rates& limits) {
    if (auto may = limits.sign_up(c.request.address); !may) co_return may.error();
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    domain::sign_up wish;
    wish.username = read_username(in);
    wish.display_name = in.name("displayName", {1, 50});
    wish.password = in.secret("password", {8, 128});
    wish.email = read_email(in);
    wish.locale = to_string(c.lang);
    if (auto fault = in.fault()) co_return std::move(*fault);
    const auto made = co_await accounts.sign_up(std::move(wish));
    if (!made) co_return made.error();
    auto answer = user_answer(201, *made, true);
    answer.with("Location", "/api/v1/users/" + std::to_string(made->id.value));
    co_return answer;
}

api_answer patch_me(call& c, domain::account_service& accounts) {
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    domain::profile_change change;
    change.display_name = in.optional_name("displayName", {1, 50});
    change.status_message = in.optional_name("statusMessage", {0, 100});
    if (const auto locale = in.choice("locale", {"ko", "en"})) change.locale = *locale == 0 ? "ko" : "en";
    if (body->empty()) in.fail("displayName", "required", "at least one field is needed");
    if (auto fault = in.fault()) co_return std::move(*fault);
    const auto changed = co_await accounts.update_profile(c.me.user, std::move(change));
    if (!changed) co_return changed.error();
    co_return user_answer(200, *changed, true);
}

// Guessing the password of an account from within is limited like guessing it from without.
api_answer put_password(call& c, domain::account_service& accounts, rates& limits) {
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    auto current = in.secret("currentPassword", {1, 128});
    auto next = in.secret("newPassword", {8, 128});
    if (auto fault = in.fault()) co_return std::move(*fault);
    const auto who = rates::account_of(c.me.user);
    if (auto may = limits.begin_login(who, c.request.address); !may) co_return may.error();
    const auto done = co_await accounts.change_password(c.me.user, c.me.session, std::move(current), std::move(next));
    limits.end_login(who, c.request.address, done);
    if (!done) co_return done.error();
    co_return no_content();
}

api_answer delete_me(call& c, domain::account_service& accounts, rates& limits) {
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    auto password = in.secret("password", {1, 128});
    if (auto fault = in.fault()) co_return std::move(*fault);
    const auto who = rates::account_of(c.me.user);
    if (auto may = limits.begin_login(who, c.request.address); !may) co_return may.error();
    const auto done = co_await accounts.delete_me(c.me.user, std::move(password));
    limits.end_login(who, c.request.address, done);
    if (!done) co_return done.error();
    co_return no_content();
}

api_answer find_people(call& c, domain::account_service& accounts) {
    query q{c.request};
    auto wanted = q.text("query");
    const auto limit = q.limit();
    const auto cursor = q.cursor(1);
    if (!wanted || wanted->empty()) q.fail("query", "required", "is missing");
    if (auto fault = q.fault()) co_return std::move(*fault);
    std::string after = cursor.empty() ? std::string{} : cursor[0];
    *wanted = text::folded(*wanted);
    auto found = co_await accounts.search(std::move(*wanted), std::move(after), limit + 1);
    if (!found) co_return found.error();
    const bool more = found->size() > limit;
    if (more) found->pop_back();
    json::writer w;
    w.begin_object().key("users").begin_array();
    for (const auto& u : *found) write(w, u);
    w.end_array();
    if (more) w.field("nextCursor", query::make_cursor({found->back().username}));
    co_return json_answer(200, w.end_object().take());
}

}  // namespace

void add_account_routes(api& a, domain::account_service& accounts, rates& limits) {
    using http::method;
    a.add(method::post, "/users", access::anyone, [&](call& c) { return sign_up(c, accounts, limits); });
    a.add(method::get, "/users", access::signed_in, [&](call& c) { return find_people(c, accounts); });
    a.add(method::get, "/users/{id}", access::signed_in, [&](call& c) -> api_answer {
        const auto id = path_id<user_id>(c, 0, errc::not_found);
        if (!id) co_return id.error();
        const auto found = co_await accounts.person(*id);
        if (!found) co_return found.error();
        co_return user_answer(200, *found, *id == c.me.user);
    });
    a.add(method::get, "/me", access::signed_in, [&](call& c) -> api_answer {
        const auto me = co_await accounts.me(c.me.user);
        if (!me) co_return me.error();
        co_return user_answer(200, *me, true);
    });
    a.add(method::patch, "/me", access::signed_in, [&](call& c) { return patch_me(c, accounts); });
    a.add(method::put, "/me/password", access::signed_in, [&](call& c) { return put_password(c, accounts, limits); });
    a.add(method::erase, "/me", access::signed_in, [&](call& c) { return delete_me(c, accounts, limits); });
}

}  // namespace madang::web

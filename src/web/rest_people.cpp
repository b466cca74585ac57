// Friends, requests and blocks.
#include "rest.hpp"

#include "madang/base/text.hpp"
#include "madang/domain/encode.hpp"

#include <algorithm>

namespace madang::web {
namespace {

using domain::contact;
using domain::contact_service;
using lister = async_result<std::vector<contact>> (contact_service::*)(user_id, user_id, std::size_t);

// Nothing where no presence is shown.
task<std::vector<domain::presence_state>> presence_of(const std::vector<contact>& page, contact_service& contacts, bool shown) {
    std::vector<user_id> people;
    for (const auto& one : page)
        if (shown) people.push_back(one.who.id);
    return contacts.presence_of(std::move(people));
}

api_answer list(call& c, contact_service& contacts, lister from, std::string_view key) {
    const std::string name{key};
    query q{c.request};
    const auto limit = q.limit();
    const auto cursor = q.cursor(1);
    const user_id after{cursor.empty() ? 0 : q.cursor_number(cursor[0])};
    if (auto fault = q.fault()) co_return std::move(*fault);
    auto page = co_await (contacts.*from)(c.me.user, after, limit + 1);
    if (!page) co_return page.error();
    const bool more = page->size() > limit;
    if (more) page->pop_back();
    const auto states = co_await presence_of(*page, contacts, name == "friends");
    json::writer w;
    w.begin_object().key(name).begin_array();
    for (std::size_t i = 0; i < page->size(); ++i) {
        const auto& one = (*page)[i];
        write(w, one);
        if (name == "friends") {
            w.key("presence");
            write(w, states[i]);
        }
        if (name == "requests") w.field("direction", one.incoming ? "incoming" : "outgoing");
        w.end_object();
    }
    w.end_array();
    if (more) w.field("nextCursor", query::make_cursor({std::to_string(page->back().who.id.value)}));
    co_return json_answer(200, w.end_object().take());
}

api_answer befriend(call& c, contact_service& contacts) {
    const auto body = body_of(c);
    if (!body) co_return body.error();
    json::reader in{*body};
    auto name = in.optional_secret("username", {1, 64});
    const auto id = in.optional_id<user_id>("userId");
    if (in.has("username") == in.has("userId")) in.fail("username", "invalid", "exactly one of username and userId is needed");
    if (auto fault = in.fault()) co_return std::move(*fault);
    if (name) name = text::folded(*name);
    // Two statements: GCC 12.2 destroys a temporary twice when `co_await` stands inside a conditional expression.
    result<domain::contact_store::friendship> made = errc::internal;
    if (id)
        made = co_await contacts.befriend(c.me.user, *id);
    else
        made = co_await contacts.befriend(c.me.user, std::move(*name));
    if (!made) co_return made.error();
    using enum domain::contact_store::befriended;
    json::writer w;
    w.begin_object().field("state", made->what == friends ? "friends" : "requested").key("user");
    write(w, made->other.who);
    w.field("createdAt", to_rfc3339(made->other.since)).end_object();
    auto answer = json_answer(made->what == still_requested ? 200 : 201, w.take());
    if (made->what != still_requested)
        answer.with("Location", made->what == friends ? "/api/v1/friends" : "/api/v1/friends/requests");
    co_return answer;
}

// An action on one person: POST …/{userId}/accept, PUT /blocks/{userId} and so on.
using action = async_result<> (contact_service::*)(user_id, user_id);

api_handler on_person(contact_service& contacts, action what) {
    return [&contacts, what](call& c) -> api_answer {
        const auto other = path_id<user_id>(c, 0, errc::not_found);
        if (!other) co_return other.error();
        const auto done = co_await (contacts.*what)(c.me.user, *other);
        if (!done) co_return done.error();
        co_return no_content();
    };
}

}  // namespace

void add_people_routes(api& a, contact_service& contacts) {
    using http::method;
    a.add(method::get, "/friends", access::signed_in,
          [&](call& c) { return list(c, contacts, &contact_service::friends, "friends"); });
    a.add(method::get, "/friends/requests", access::signed_in,
          [&](call& c) { return list(c, contacts, &contact_service::requests, "requests"); });
    a.add(method::get, "/blocks", access::signed_in,
          [&](call& c) { return list(c, contacts, &contact_service::blocks, "blocks"); });
    a.add(method::post, "/friends", access::signed_in, [&](call& c) { return befriend(c, contacts); });
    a.add(method::post, "/friends/requests/{userId}/accept", access::signed_in, on_person(contacts, &contact_service::accept));
    a.add(method::post, "/friends/requests/{userId}/decline", access::signed_in, on_person(contacts, &contact_service::decline));
    a.add(method::erase, "/friends/{userId}", access::signed_in, on_person(contacts, &contact_service::unfriend));
    a.add(method::erase, "/blocks/{userId}", access::signed_in, on_person(contacts, &contact_service::unblock));
    a.add(method::put, "/blocks/{userId}", access::signed_in, [&](call& c) -> api_answer {
        const auto other = path_id<user_id>(c, 0, errc::not_found);
        if (!other) co_return other.error();
        if (*other == c.me.user) co_return invalid_field("userId", "invalid", "is you");
        const auto done = co_await contacts.block(c.me.user, *other);
        if (!done) co_return done.error();
        co_return no_content();
    });
}

}  // namespace madang::web

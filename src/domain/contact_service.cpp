#include "madang/domain/contact_service.hpp"

#include "madang/domain/encode.hpp"

namespace madang::domain {

async_result<> contact_service::tell(user_id to, std::string_view type, user_id about) {
    const std::string kind{type};
    const auto person = co_await accounts_.find_user(about);
    if (!person) co_return person.error();
    json::writer w;
    w.begin_object().field("type", kind).key("user");
    write(w, *person);
    audience_.tell(to, w.end_object().take());
    co_return result<>{};
}

// What is told is a hint: a failure to read it changes nothing about the friendship.
task<> contact_service::tell_both(std::string_view type, user_id one, user_id other) {
    presence_.friends_changed(one, other);
    const std::string kind{type};
    (void)co_await tell(other, kind, one);
    (void)co_await tell(one, kind, other);
}

async_result<contact_store::friendship> contact_service::befriend(user_id me, user_id other) {
    auto made = co_await contacts_.befriend(me, other, most_);
    if (!made) co_return made.error();
    if (made->what == contact_store::befriended::requested) {
        (void)co_await tell(other, "friend_request", me);
    } else if (made->what == contact_store::befriended::friends) {
        co_await tell_both("friend_added", me, other);
    }
    co_return std::move(*made);
}

async_result<contact_store::friendship> contact_service::befriend(user_id me, std::string username) {
    const auto other = co_await accounts_.find_user_by_name(std::move(username));
    if (!other) co_return other.error();
    co_return co_await befriend(me, other->id);
}

async_result<> contact_service::accept(user_id me, user_id other) {
    const auto made = co_await contacts_.accept(me, other, most_);
    if (!made) co_return made.error();
    co_await tell_both("friend_added", me, other);
    co_return result<>{};
}

async_result<> contact_service::decline(user_id me, user_id other) {
    const auto done = co_await contacts_.decline(me, other);
    if (!done) co_return done.error();
    co_await tell_both("friend_removed", me, other);
    co_return result<>{};
}

async_result<> contact_service::unfriend(user_id me, user_id other) {
    const auto ended = co_await contacts_.unfriend(me, other);
    if (!ended) co_return ended.error();
    if (*ended) {
        co_await tell_both("friend_removed", me, other);
    }
    co_return result<>{};
}

async_result<> contact_service::block(user_id me, user_id other) {
    const auto ended = co_await contacts_.block(me, other);
    if (!ended) co_return ended.error();
    if (*ended) {
        co_await tell_both("friend_removed", me, other);
    }
    co_return result<>{};
}

}  // namespace madang::domain

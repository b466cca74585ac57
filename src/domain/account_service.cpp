#include "madang/domain/account_service.hpp"

#include "madang/protocol/json/writer.hpp"

namespace madang::domain {

async_result<user> account_service::sign_up(domain::sign_up wish) {
    if (!policy_.signup_open) co_return error{errc::forbidden, "Sign-up is closed on this server."};
    auto hash = co_await hasher_.hash(std::move(wish.password));
    if (!hash) co_return hash.error();
    new_user u;
    u.username = std::move(wish.username);
    u.display_name = std::move(wish.display_name);
    u.email = std::move(wish.email);
    u.locale = std::move(wish.locale);
    u.password_hash = std::move(*hash);
    co_return co_await accounts_.create_user(std::move(u));
}

async_result<signed_in> account_service::sign_in(std::string username, std::string password, device from) {
    return open(std::move(username), std::move(password), std::move(from), true);
}

async_result<signed_in> account_service::sign_in_for_socket(std::string username, std::string password, device from) {
    return open(std::move(username), std::move(password), std::move(from), false);
}

// Not found at the end: the password hash that was proved is not theirs any more. It may have been renewed by another sign-in
// with the same password, so it is looked at once more.
async_result<signed_in> account_service::open(std::string username, std::string password, device from, bool refreshable) {
    auto first = co_await try_open(username, password, from, refreshable);
    if (first || first.error().code != errc::not_found) co_return first;
    auto second = co_await try_open(std::move(username), std::move(password), std::move(from), refreshable);
    if (!second && second.error().code == errc::not_found) co_return errc::bad_credentials;
    co_return second;
}

async_result<signed_in> account_service::try_open(std::string username, std::string password, device from, bool refreshable) {
    auto found = co_await accounts_.find_credentials(username);
    if (!found) co_return found.error();
    std::string proved = *found ? (*found)->password_hash : std::string{};
    std::string kept = password;
    const auto verdict = co_await hasher_.verify(proved, std::move(password));
    if (!verdict) co_return verdict.error();
    if (!verdict->right || !*found || (*found)->disabled) co_return errc::bad_credentials;
    const user_id who = (*found)->user;
    if (verdict->stale) {
        auto renewed = co_await hasher_.hash(std::move(kept));
        // A busy pool is no reason to refuse: the hash is renewed at another login.
        if (renewed) {
            const auto done = co_await accounts_.renew_password_hash(who, proved, *renewed);
            if (done) proved = std::move(*renewed);
        }
    }
    // By name, which no cache answers: the token will say the role that they have now.
    auto person = co_await accounts_.find_user_by_name(std::move(username));
    if (!person) co_return person.error();

    signed_in answer;
    const auto now = clock_.now();
    new_login fresh;
    fresh.user = who;
    fresh.device = std::move(from.name);
    fresh.address = std::move(from.address);
    fresh.expires_at = now + policy_.refresh_ttl;
    fresh.password_hash = std::move(proved);
    if (refreshable) {
        answer.refresh_token = mint_.opaque_token();
        fresh.refresh_hash = mint_.digest(answer.refresh_token);
    }
    answer.refresh_expires = fresh.expires_at;
    auto opened = co_await logins_.open(std::move(fresh), policy_.sessions);
    if (!opened) co_return opened.error();
    ended(std::move(opened->ended));
    answer.user = std::move(*person);
    answer.session = opened->session.id;
    answer.access_expires = now + policy_.access_ttl;
    answer.access_token = mint_.access_token(answer.user, answer.session, now, answer.access_expires);
    co_return answer;
}

async_result<signed_in> account_service::refresh(std::string refresh_token, device from) {
    signed_in answer;
    answer.refresh_token = mint_.opaque_token();
    const auto now = clock_.now();
    answer.refresh_expires = now + policy_.refresh_ttl;
    auto turned = co_await logins_.rotate(mint_.digest(refresh_token), mint_.digest(answer.refresh_token),
                                          std::move(from.address), policy_.refresh_grace, answer.refresh_expires);
    if (!turned) co_return turned.error();
    using outcome = login_store::rotation::outcome;
    if (turned->what == outcome::reused) {
        // Somebody else has this token too: the whole family goes.
        std::vector<session_id> family{turned->session.id};
        ended(std::move(family));
    }
    if (turned->what != outcome::rotated) co_return errc::unauthenticated;
    answer.user = std::move(turned->user);
    answer.session = turned->session.id;
    answer.access_expires = now + policy_.access_ttl;
    answer.access_token = mint_.access_token(answer.user, answer.session, now, answer.access_expires);
    co_return answer;
}

async_result<std::vector<login>> account_service::sessions(user_id me) { return logins_.logins_of(me); }

async_result<> account_service::end_session(user_id me, session_id session) {
    const auto was_open = co_await logins_.end(me, session);
    if (!was_open) co_return was_open.error();
    if (!*was_open) co_return errc::not_found;
    std::vector<session_id> one{session};
    ended(std::move(one));
    co_return result<>{};
}

async_result<> account_service::end_all_sessions(user_id me) {
    auto all = co_await logins_.end_all(me);
    if (!all) co_return all.error();
    ended(std::move(*all));
    co_return result<>{};
}

async_result<user> account_service::me(user_id me) {
    auto found = co_await accounts_.find_user(me);
    if (found && found->deleted) co_return errc::unauthenticated;  // by a request at this very moment
    co_return found;
}
async_result<user> account_service::person(user_id id) { return accounts_.find_user(id); }

async_result<std::vector<user>> account_service::search(std::string query, std::string after, std::size_t limit) {
    return accounts_.search_users(std::move(query), std::move(after), limit);
}

async_result<user> account_service::update_profile(user_id me, profile_change change) {
    return accounts_.update_profile(me, std::move(change));
}

async_result<> account_service::check_password(user_id me, std::string password) {
    auto known = co_await accounts_.credentials_of(me);
    if (!known) co_return known.error();
    const auto verdict = co_await hasher_.verify(std::move(known->password_hash), std::move(password));
    if (!verdict) co_return verdict.error();
    if (!verdict->right) co_return errc::bad_credentials;
    co_return result<>{};
}

async_result<> account_service::change_password(user_id me, session_id keep, std::string current, std::string next) {
    const auto right = co_await check_password(me, std::move(current));
    if (!right) co_return right.error();
    auto hash = co_await hasher_.hash(std::move(next));
    if (!hash) co_return hash.error();
    auto others = co_await accounts_.set_password(me, std::move(*hash), keep);
    if (!others) co_return others.error();
    ended(std::move(*others));
    co_return result<>{};
}

async_result<> account_service::delete_me(user_id me, std::string password) {
    const auto right = co_await check_password(me, std::move(password));
    if (!right) co_return right.error();
    auto erased = co_await accounts_.erase_user(me);
    if (!erased) co_return erased.error();
    ended(std::move(erased->ended));
    json::writer w;
    w.begin_object().field("type", "friend_removed").key("user").begin_object().field("id", me.value).field("deleted", true);
    const std::string news = w.end_object().end_object().take();
    for (const auto other : erased->friends) audience_.tell(other, news);
    co_return result<>{};
}

void account_service::ended(std::vector<session_id> sessions) {
    const auto fresh = revocations_.add(sessions, clock_.now());
    if (!fresh.empty()) audience_.end(fresh);
}

}  // namespace madang::domain

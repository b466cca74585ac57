// Rates that count on this node: failed logins, sign-ups, sends, typing. Thread-safe. An IPv6 address counts as its /64 network,
// for whoever has one address has all of those.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"
#include "madang/base/result.hpp"
#include "madang/observe/metrics.hpp"
#include "madang/protocol/http/message.hpp"
#include "madang/runtime/rate_limiter.hpp"
#include "madang/web/settings.hpp"

#include <string>

namespace madang::web {

class rates {
public:
    rates(const settings& s, const clock& time, metrics::registry& m);

    // Whose password is tried: the account of a name that somebody gives, which may be any text, or one's own. The two never
    // meet, so a stranger cannot use up what a person may try who is signed in.
    [[nodiscard]] static std::string account_named(const std::string& username) { return "@" + username; }
    [[nodiscard]] static std::string account_of(user_id user) { return "#" + std::to_string(user.value); }

    // Before a password is checked: `rate_limited` when this account has failed too often from this address; ten times as often
    // in all, from wherever; or this address ten times as often, with whatever names. An attempt counts when it begins, so that
    // many at once count as many.
    [[nodiscard]] result<> begin_login(const std::string& account, const std::string& address);
    // How the check of the password ended: right, or not judged at all, gives the attempt back; right also forgives what
    // failed from here before.
    template <class T>
    void end_login(const std::string& account, const std::string& address, const result<T>& done) {
        using enum login_outcome;
        end_login(account, address, done ? right : done.error().code == errc::bad_credentials ? wrong : unjudged);
    }

    [[nodiscard]] result<> sign_up(const std::string& address);
    // A message, edit or reaction by this user.
    [[nodiscard]] result<> send(user_id user);
    // False: too soon after the last one (3 s); dropped in silence.
    [[nodiscard]] bool typing(user_id user, room_id room);

    // RateLimit and RateLimit-Policy on a refusal (draft-ietf-httpapi-ratelimit-headers).
    void explain(const error& e, http::response& answer, std::string_view path) const;

private:
    enum class login_outcome { right, wrong, unjudged };
    void end_login(const std::string& account, const std::string& address, login_outcome how);
    result<> judge(const runtime::rate_limiter::verdict& v, metrics::counter& refused) const;

    const clock& clock_;
    runtime::rate_limiter logins_;  // by account and address
    runtime::rate_limiter login_accounts_;
    runtime::rate_limiter login_addresses_;
    runtime::rate_limiter signups_;
    runtime::rate_limiter sends_;
    runtime::rate_limiter typing_;
    metrics::counter& logins_refused_;
    metrics::counter& signups_refused_;
    metrics::counter& sends_refused_;
};

}  // namespace madang::web

// Accounts and sign-in: sign-up, sessions with rotating refresh tokens, profile, password, deletion.
// Called from any shard; holds no state but its parts.
#pragma once

#include "madang/domain/ports/account_store.hpp"
#include "madang/domain/ports/audience.hpp"
#include "madang/domain/ports/security.hpp"
#include "madang/domain/revocations.hpp"

#include <chrono>
#include <string>

namespace madang::domain {

struct account_policy {
    bool signup_open = true;
    std::chrono::milliseconds access_ttl{std::chrono::minutes{5}};
    std::chrono::milliseconds refresh_ttl{std::chrono::hours{24 * 14}};
    std::chrono::milliseconds refresh_grace{std::chrono::seconds{30}};
    std::size_t sessions = 20;  // a person's; the oldest goes
};

struct sign_up {
    std::string username;  // checked and folded
    std::string display_name;
    std::string password;
    std::string email;
    std::string locale;
};

struct device {
    std::string name;  // User-Agent
    std::string address;
};

struct signed_in {
    domain::user user;
    session_id session;
    std::string access_token;
    std::string refresh_token;  // empty for a session that lives with its socket
    timestamp access_expires{};
    timestamp refresh_expires{};
};

class account_service {
public:
    account_service(account_store& accounts, login_store& logins, password_hasher& hasher, token_mint& mint, audience& listeners,
                    revocations& ended, const clock& time, account_policy policy)
        : accounts_(accounts),
          logins_(logins),
          hasher_(hasher),
          mint_(mint),
          audience_(listeners),
          revocations_(ended),
          clock_(time),
          policy_(policy) {}

    [[nodiscard]] const account_policy& policy() const noexcept { return policy_; }

    async_result<user> sign_up(domain::sign_up wish);  // forbidden (closed), username_taken

    // bad_credentials: one answer, in one time, for an unknown name, a wrong password and a disabled person.
    async_result<signed_in> sign_in(std::string username, std::string password, device from);
    // The same for a STOMP CONNECT with name and password: the session has no refresh token and ends with its socket.
    async_result<signed_in> sign_in_for_socket(std::string username, std::string password, device from);
    async_result<signed_in> refresh(std::string refresh_token, device from);  // unauthenticated

    async_result<std::vector<login>> sessions(user_id me);
    async_result<> end_session(user_id me, session_id session);  // not_found
    async_result<> end_all_sessions(user_id me);

    async_result<user> me(user_id me);
    async_result<user> person(user_id id);  // not_found
    async_result<std::vector<user>> search(std::string query, std::string after, std::size_t limit);
    async_result<user> update_profile(user_id me, profile_change change);
    async_result<> change_password(user_id me, session_id keep, std::string current, std::string next);  // bad_credentials
    async_result<> delete_me(user_id me, std::string password);                                          // bad_credentials

    // Takes note of sessions that ended, here or elsewhere: their tokens are void and their sockets close.
    void ended(std::vector<session_id> sessions);

private:
    async_result<signed_in> open(std::string username, std::string password, device from, bool refreshable);
    async_result<signed_in> try_open(std::string username, std::string password, device from, bool refreshable);
    async_result<> check_password(user_id me, std::string password);

    account_store& accounts_;
    login_store& logins_;
    password_hasher& hasher_;
    token_mint& mint_;
    audience& audience_;
    revocations& revocations_;
    const clock& clock_;
    const account_policy policy_;
};

}  // namespace madang::domain

// People and their sign-in sessions, as the services know them.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"

#include <optional>
#include <string>
#include <vector>

namespace madang::domain {

struct user {
    user_id id;
    std::string username;        // [a-z0-9._-]{3,32}; never given again after deletion
    std::string display_name;    // 1-50 characters
    std::string status_message;  // 0-100 characters
    std::string locale = "ko";   // "ko" or "en"
    std::string role = "user";   // "user" or "admin"; never taken from a request
    timestamp created_at{};
    bool deleted = false;
    bool disabled = false;
};

struct new_user {
    std::string username;
    std::string display_name;
    std::string password_hash;  // encoded Argon2id
    std::string email;          // empty: none given
    std::string locale = "ko";
    std::string role = "user";
};

struct credentials {
    user_id user;
    std::string password_hash;
    bool disabled = false;
};

struct profile_change {
    std::optional<std::string> display_name;
    std::optional<std::string> status_message;
    std::optional<std::string> locale;
};

// One signed-in device. Its access tokens name it, and ending it closes its sockets.
struct login {
    session_id id;
    user_id user;
    std::string device;   // User-Agent, at most 200 characters
    std::string address;  // where it signed in or was last refreshed from
    timestamp created_at{};
    timestamp last_used_at{};
    timestamp expires_at{};
};

struct new_login {
    user_id user;
    std::string refresh_hash;  // SHA-256 of the refresh token; empty: cannot be refreshed (it ends with its socket)
    std::string device;
    std::string address;
    timestamp expires_at{};
    std::optional<std::string> password_hash;  // that the sign-in has proved; without one it does not matter
};

}  // namespace madang::domain

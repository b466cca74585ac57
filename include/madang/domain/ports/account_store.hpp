// What accounts and sign-in need of the database. Implementations are thread-safe; answers resume on the caller's strand.
// Any call may answer `unavailable` (the database failed; nothing is known) or `too_busy` (its queue is full; nothing was done).
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/user.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace madang::domain {

class account_store {
public:
    virtual ~account_store() = default;

    // `username_taken` also for names of deleted people.
    virtual async_result<user> create_user(new_user u) = 0;

    // Nothing for an unknown or deleted name.
    virtual async_result<std::optional<credentials>> find_credentials(std::string username) = 0;
    virtual async_result<credentials> credentials_of(user_id id) = 0;  // not_found

    virtual async_result<user> find_user(user_id id) = 0;  // not_found; deleted people are found, marked
    // Those of these people (at most 1000) who exist, in no order; deleted people are among them, marked.
    virtual async_result<std::vector<user>> find_users(std::vector<user_id> ids) = 0;
    virtual async_result<user> find_user_by_name(std::string username) = 0;  // not_found, also when deleted
    // The exact name, and prefixes when `query` has two characters and more; by username, after `after`. No deleted people.
    virtual async_result<std::vector<user>> search_users(std::string query, std::string after, std::size_t limit) = 0;
    // Everybody, deleted and disabled too, by id: for the command line.
    virtual async_result<std::vector<user>> list_users(user_id after, std::size_t limit) = 0;

    virtual async_result<user> update_profile(user_id id, profile_change change) = 0;  // not_found
    // Replaces the hash by one of the same password; sessions go on. not_found also when it is not `known` any more: a new
    // password has come meanwhile.
    virtual async_result<> renew_password_hash(user_id id, std::string known, std::string hash) = 0;
    // Ends all sessions but `keep`, and answers with those it ended.
    virtual async_result<std::vector<session_id>> set_password(user_id id, std::string hash, session_id keep) = 0;
    virtual async_result<> set_role(user_id id, std::string role) = 0;  // not_found
    // Disabling ends all sessions.
    virtual async_result<std::vector<session_id>> set_disabled(user_id id, bool disabled) = 0;  // not_found
    struct erasure {
        std::vector<session_id> ended;
        std::vector<user_id> friends;  // who lost a friend or a request by it
    };
    // Makes the person a tombstone: profile, friendships, requests, blocks and sessions go, messages and the username stay.
    // Groups are left as by remove_member (and told to the commit_listener); the seats in direct rooms stay, for the other one's
    // sake.
    virtual async_result<erasure> erase_user(user_id id) = 0;
};

class login_store {
public:
    virtual ~login_store() = default;

    struct opened {
        login session;
        std::vector<session_id> ended;  // the oldest, where a person would have more than `most`
    };
    // not_found: nobody, deleted, disabled, or with another password hash meanwhile.
    virtual async_result<opened> open(new_login l, std::size_t most) = 0;

    struct rotation {
        enum class outcome { rotated, unknown, reused } what = outcome::unknown;
        login session;      // rotated, reused
        domain::user user;  // rotated
    };
    // Exchanges a refresh token (hashes): its successor becomes the current one. The previous generation is still accepted for
    // `grace` after the first exchange, while no successor of it was used; then, or older: `reused`, and the session has been
    // ended. All successors of one generation are equal: two tabs that refresh at once get one each, and either goes on. Expired,
    // ended, disabled: `unknown`. Rows of the last 64 generations are kept for that.
    virtual async_result<rotation> rotate(std::string hash, std::string next_hash, std::string address,
                                          std::chrono::milliseconds grace, timestamp expires_at) = 0;

    virtual async_result<std::vector<login>> logins_of(user_id user) = 0;  // open ones, newest use first
    virtual async_result<bool> end(user_id user, session_id session) = 0;  // false: there was none open
    virtual async_result<std::vector<session_id>> end_all(user_id user) = 0;
    // Sessions that were ended, also by other processes, or that expired, at or after `since`.
    virtual async_result<std::vector<session_id>> ended_since(timestamp since) = 0;
    // Forgets sessions that ended or expired before `before`, some hundreds in a transaction; answers how many.
    virtual async_result<std::int64_t> sweep(timestamp before) = 0;
};

// Keys that sign access tokens. The newest that is not retired signs; all that are not revoked verify.
struct stored_key {
    std::string kid;
    std::string seed;  // 32 bytes, Ed25519 (RFC 8032)
    timestamp created_at{};
    bool revoked = false;
};

class key_store {
public:
    virtual ~key_store() = default;
    virtual async_result<std::vector<stored_key>> keys() = 0;  // newest first, revoked too
    // Adds a key; with `revoke_others` all older ones are void at once. With `only_if_none`, adds nothing where a usable key
    // exists. conflict: there is one with this kid.
    virtual async_result<> add_key(stored_key key, bool revoke_others, bool only_if_none) = 0;
};

}  // namespace madang::domain

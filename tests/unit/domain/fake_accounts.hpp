// The ports of accounts, answered from memory. What a test does not set up answers `internal`, so that a call that was not meant
// shows.
#pragma once

#include "madang/domain/ports/account_store.hpp"
#include "samples.hpp"

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace madang::domain::test {

class fake_account_store final : public account_store {
public:
    std::map<std::string, credentials> known;  // by username
    std::map<user_id, user> people;
    std::vector<new_user> created;
    std::vector<std::pair<user_id, std::string>> renewed;
    std::vector<std::tuple<user_id, std::string, session_id>> passwords;
    std::vector<session_id> others;  // that a change of the password ends
    erasure erased;
    std::vector<user_id> erasures;
    bool renewal_fails = false;

    void add(user u, std::string hash, bool disabled = false) {
        known[u.username] = credentials{u.id, std::move(hash), disabled};
        people[u.id] = std::move(u);
    }

    async_result<user> create_user(new_user u) override {
        created.push_back(u);
        if (known.contains(u.username)) return answer<user>(errc::username_taken);
        return answer<user>(person(1, u.username));
    }
    async_result<std::optional<credentials>> find_credentials(std::string username) override {
        const auto at = known.find(username);
        return answer<std::optional<credentials>>(at == known.end() ? std::nullopt : std::optional{at->second});
    }
    async_result<credentials> credentials_of(user_id id) override {
        for (const auto& [name, c] : known)
            if (c.user == id) return answer<credentials>(c);
        return answer<credentials>(errc::not_found);
    }
    async_result<user> find_user(user_id id) override {
        const auto at = people.find(id);
        if (at == people.end()) return answer<user>(errc::not_found);
        return answer<user>(at->second);
    }
    async_result<std::vector<user>> find_users(std::vector<user_id>) override {
        return answer<std::vector<user>>(errc::internal);
    }
    async_result<user> find_user_by_name(std::string name) override {
        const auto at = known.find(name);
        return at == known.end() ? answer<user>(errc::not_found) : find_user(at->second.user);
    }
    async_result<std::vector<user>> search_users(std::string, std::string, std::size_t) override {
        return answer<std::vector<user>>(errc::internal);
    }
    async_result<std::vector<user>> list_users(user_id, std::size_t) override {
        return answer<std::vector<user>>(errc::internal);
    }
    async_result<user> update_profile(user_id, profile_change) override { return answer<user>(errc::internal); }
    async_result<> renew_password_hash(user_id id, std::string, std::string hash) override {
        renewed.emplace_back(id, std::move(hash));
        return answer<void>(renewal_fails ? result<>{errc::unavailable} : result<>{});
    }
    async_result<std::vector<session_id>> set_password(user_id id, std::string hash, session_id keep) override {
        passwords.emplace_back(id, std::move(hash), keep);
        return answer<std::vector<session_id>>(others);
    }
    async_result<> set_role(user_id, std::string) override { return answer<void>(errc::internal); }
    async_result<std::vector<session_id>> set_disabled(user_id, bool) override {
        return answer<std::vector<session_id>>(errc::internal);
    }
    async_result<erasure> erase_user(user_id id) override {
        erasures.push_back(id);
        return answer<erasure>(erased);
    }
};

class fake_login_store final : public login_store {
public:
    std::vector<new_login> opened_logins;
    std::vector<session_id> pushed_out;
    rotation rotates;
    std::vector<std::pair<std::string, std::string>> rotations;  // hash, next hash
    result<bool> ends = true;
    std::vector<session_id> all;
    int refusals = 0;  // how often the next logins are not found

    async_result<opened> open(new_login l, std::size_t most) override {
        if (refusals > 0) {
            --refusals;
            return answer<opened>(errc::not_found);
        }
        opened o;
        o.session.id = session_id{40 + static_cast<std::int64_t>(opened_logins.size())};
        o.session.user = l.user;
        if (opened_logins.size() >= most) o.ended = pushed_out;
        opened_logins.push_back(std::move(l));
        return answer<opened>(std::move(o));
    }
    async_result<rotation> rotate(std::string hash, std::string next_hash, std::string, std::chrono::milliseconds,
                                  timestamp) override {
        rotations.emplace_back(std::move(hash), std::move(next_hash));
        return answer<rotation>(rotates);
    }
    async_result<std::vector<login>> logins_of(user_id) override { return answer<std::vector<login>>(errc::internal); }
    async_result<bool> end(user_id, session_id) override { return answer<bool>(ends); }
    async_result<std::vector<session_id>> end_all(user_id) override { return answer<std::vector<session_id>>(all); }
    async_result<std::vector<session_id>> ended_since(timestamp) override {
        return answer<std::vector<session_id>>(errc::internal);
    }
    async_result<std::int64_t> sweep(timestamp) override { return answer<std::int64_t>(errc::internal); }
};

}  // namespace madang::domain::test

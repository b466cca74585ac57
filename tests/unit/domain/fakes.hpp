// The domain's ports, answered from memory. What a test does not set up answers `internal`, so that a call that was not meant
// shows.
#pragma once

#include "madang/domain/ports/account_store.hpp"
#include "madang/domain/ports/audience.hpp"
#include "madang/domain/ports/contact_store.hpp"
#include "madang/domain/ports/room_log.hpp"
#include "madang/domain/ports/room_store.hpp"
#include "madang/domain/ports/security.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace madang::domain::test {

template <class T>
async_result<T> answer(result<T> r) {
    co_return r;
}

inline user person(std::int64_t n, std::string name = "ann") {
    user u;
    u.id = user_id{n};
    u.username = std::move(name);
    u.display_name = "Ann";
    u.created_at = timestamp{std::chrono::milliseconds{1'795'336'200'123}};
    return u;
}

inline event said(std::int64_t room, seq_t seq, std::string text = "hello") {
    event e;
    e.room = room_id{room};
    e.seq = seq;
    e.author = user_id{1};
    e.created_at = timestamp{std::chrono::milliseconds{1'795'336'200'123}};
    message_posted m;
    m.ordinal = seq;
    m.text = std::move(text);
    e.body = std::move(m);
    return e;
}

inline commit committed(std::int64_t room, seq_t seq) {
    commit c;
    c.room = room_id{room};
    if (seq != 0) c.event = std::make_shared<const event>(said(room, seq));
    return c;
}

class fake_room_store final : public room_store {
public:
    std::map<room_id, std::vector<event>> logs;
    std::map<std::pair<user_id, room_id>, seat> seats;
    std::map<room_id, std::int64_t> counts;
    std::map<std::pair<room_id, seq_t>, timeline_item> messages;
    std::vector<std::tuple<room_id, seq_t, std::size_t>> asked;  // events(): room, after, limit
    errc events_fail = errc::internal;
    bool broken = false;

    void sit(std::int64_t user, std::int64_t room, seq_t visible_from, seq_t last) {
        seats[{user_id{user}, room_id{room}}] = seat{room_id{room}, visible_from, last};
    }
    void fill(std::int64_t room, seq_t last) {
        for (seq_t seq = 1; seq <= last; ++seq) logs[room_id{room}].push_back(said(room, seq));
    }

    async_result<std::string> epoch() override { return answer<std::string>(std::string{"e"}); }
    async_result<std::vector<room_view>> rooms_of(user_id, std::optional<room_cursor>, std::size_t) override {
        return answer<std::vector<room_view>>(errc::internal);
    }
    async_result<room_view> room_of(user_id me, room_id room) override {
        if (!seats.contains({me, room})) return answer<room_view>(errc::not_a_member);
        room_view view;
        view.id = room;
        view.name = "of " + std::to_string(me.value);
        return answer<room_view>(view);
    }
    async_result<std::vector<place>> places_of(user_id, std::size_t) override {
        return answer<std::vector<place>>(errc::internal);
    }
    async_result<std::vector<room_face>> faces(std::vector<room_id>) override {
        return answer<std::vector<room_face>>(errc::internal);
    }
    async_result<seat> seat_of(user_id me, room_id room) override {
        const auto at = seats.find({me, room});
        if (at == seats.end()) return answer<seat>(errc::not_a_member);
        return answer<seat>(at->second);
    }
    async_result<std::vector<seat>> seats_of(user_id me) override {
        std::vector<seat> mine;
        for (const auto& [key, s] : seats)
            if (key.first == me) mine.push_back(s);
        return answer<std::vector<seat>>(std::move(mine));
    }
    async_result<std::vector<head>> heads(std::vector<room_id> rooms) override {
        if (broken) return answer<std::vector<head>>(events_fail);
        std::vector<head> found;
        for (const auto room : rooms)
            if (logs.contains(room)) found.push_back({room, logs[room].back().seq});
        return answer<std::vector<head>>(std::move(found));
    }
    std::vector<seat_taken> taken;
    async_result<std::vector<seat_taken>> seats_taken(std::vector<user_id> users, timestamp) override {
        if (broken) return answer<std::vector<seat_taken>>(events_fail);
        std::vector<seat_taken> found;
        for (const auto& one : taken)
            if (std::count(users.begin(), users.end(), one.user) > 0) found.push_back(one);
        return answer<std::vector<seat_taken>>(std::move(found));
    }
    async_result<std::vector<member>> members(room_id, user_id, std::size_t) override {
        return answer<std::vector<member>>(errc::internal);
    }
    async_result<member> member_of(room_id room, user_id user) override {
        if (!seats.contains({user, room})) return answer<member>(errc::not_found);
        member m;
        m.user = person(user.value);
        return answer<member>(m);
    }
    async_result<std::int64_t> member_count(room_id room) override { return answer<std::int64_t>(counts[room]); }
    async_result<std::vector<user_id>> member_ids(room_id) override { return answer<std::vector<user_id>>(errc::internal); }
    async_result<timeline_page> timeline(user_id, room_id, timeline_range) override {
        return answer<timeline_page>(errc::internal);
    }
    async_result<timeline_page> newest_page(room_id, std::size_t) override { return answer<timeline_page>(errc::internal); }
    async_result<std::vector<own_reaction>> own_reactions(user_id, room_id, seq_t) override {
        return answer<std::vector<own_reaction>>(errc::internal);
    }
    async_result<timeline_item> message(user_id me, room_id room, seq_t seq) override {
        if (!seats.contains({me, room})) return answer<timeline_item>(errc::not_a_member);
        const auto at = messages.find({room, seq});
        if (at == messages.end()) return answer<timeline_item>(errc::not_found);
        return answer<timeline_item>(at->second);
    }
    async_result<std::vector<event>> events(room_id room, seq_t after, std::size_t limit) override {
        asked.emplace_back(room, after, limit);
        if (broken) return answer<std::vector<event>>(events_fail);
        std::vector<event> page;
        for (const auto& e : logs[room])
            if (e.seq > after && page.size() < limit) page.push_back(e);
        return answer<std::vector<event>>(std::move(page));
    }
    async_result<seen_log> log_seen_by(user_id me, room_id room, seq_t after, std::size_t limit) override {
        const auto mine = co_await seat_of(me, room);
        if (!mine) co_return mine.error();
        auto page = co_await events(room, std::max(after, mine->visible_from), limit);
        if (!page) co_return page.error();
        co_return seen_log{*mine, std::move(*page)};
    }
};

class fake_room_log final : public room_log {
public:
    result<posted> posts = errc::internal;
    result<bool> marks = errc::internal;
    result<> edits = errc::internal;
    result<created> creates = errc::internal;
    result<std::vector<user_id>> adds = errc::internal;
    std::vector<new_message> posted_messages;

    async_result<posted> post(new_message m) override {
        posted_messages.push_back(std::move(m));
        return answer<posted>(posts);
    }
    async_result<> edit(room_id, seq_t, user_id, std::string) override { return answer<void>(edits); }
    async_result<> erase(room_id, seq_t, user_id) override { return answer<void>(errc::internal); }
    async_result<> react(room_id, seq_t, user_id, std::string, bool) override { return answer<void>(errc::internal); }
    async_result<created> create_room(new_room) override { return answer<created>(creates); }
    async_result<> rename(room_id, user_id, std::string) override { return answer<void>(errc::internal); }
    async_result<std::vector<user_id>> add_members(room_id, user_id, std::vector<user_id>) override {
        return answer<std::vector<user_id>>(adds);
    }
    async_result<bool> remove_member(room_id, user_id, user_id) override { return answer<bool>(errc::internal); }
    async_result<> set_role(room_id, user_id, user_id, member_role) override { return answer<void>(errc::internal); }
    async_result<bool> mark_read(room_id, user_id, ordinal_t) override { return answer<bool>(marks); }
    async_result<> set_muted(room_id, user_id, bool) override { return answer<void>(errc::internal); }
};

class fake_audience final : public audience {
public:
    std::set<room_id> listened;
    std::set<user_id> here;
    bool reading = true;

    std::vector<std::pair<room_id, seq_t>> delivered;  // seq 0: an audience change alone
    std::vector<user_id> left, joined;
    std::vector<std::pair<user_id, std::string>> told;
    std::vector<std::pair<room_id, user_id>> typed;
    std::vector<std::map<user_id, ordinal_t>> digests;
    std::vector<session_id> closed;

    [[nodiscard]] bool anyone(room_id room) const override { return listened.contains(room); }
    [[nodiscard]] bool online(user_id user) const override { return here.contains(user); }
    void deliver(std::vector<commit> commits) override {
        for (const auto& c : commits) {
            delivered.emplace_back(c.room, c.event ? c.event->seq : 0);
            left.insert(left.end(), c.left.begin(), c.left.end());
            joined.insert(joined.end(), c.joined.begin(), c.joined.end());
        }
    }
    void tell(user_id to, std::string json) override { told.emplace_back(to, std::move(json)); }
    void typing(room_id room, user_id user) override { typed.emplace_back(room, user); }
    [[nodiscard]] bool anyone_reads(room_id) const override { return reading; }
    void reads(room_id, std::span<const read_mark> marks) override {
        auto& digest = digests.emplace_back();
        for (const auto& mark : marks) digest[mark.user] = mark.ordinal;
    }
    std::vector<std::pair<user_id, std::vector<presence_state>>> shown;
    void presence(user_id to, std::span<const presence_state> friends) override {
        shown.emplace_back(to, std::vector<presence_state>{friends.begin(), friends.end()});
    }
    void end(std::span<const session_id> sessions) override { closed.insert(closed.end(), sessions.begin(), sessions.end()); }

    [[nodiscard]] std::vector<seq_t> seqs(std::int64_t room) const {
        std::vector<seq_t> all;
        for (const auto& [where, seq] : delivered)
            if (where == room_id{room}) all.push_back(seq);
        return all;
    }
};

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

// "hash of <password>" is a hash; "old hash of <password>" is one that is stale.
class fake_hasher final : public password_hasher {
public:
    bool busy = false;
    int verified = 0;
    int hashed = 0;

    async_result<std::string> hash(std::string password) override {
        ++hashed;
        if (busy) return answer<std::string>(errc::too_busy);
        return answer<std::string>("hash of " + password);
    }
    async_result<verdict> verify(std::string encoded, std::string password) override {
        ++verified;
        verdict v;
        v.right = encoded == "hash of " + password || encoded == "old hash of " + password;
        v.stale = encoded.starts_with("old ");
        return answer<verdict>(v);
    }
};

class fake_mint final : public token_mint {
public:
    [[nodiscard]] std::string opaque_token() const override {
        return "opaque-token-" + std::to_string(++minted_) + std::string(30, 'x');
    }
    [[nodiscard]] std::string digest(std::string_view token) const override { return "digest of " + std::string{token}; }
    [[nodiscard]] std::string access_token(const user& u, session_id session, timestamp, timestamp expires) const override {
        return "access " + std::to_string(u.id.value) + " " + std::to_string(session.value) + " " + to_rfc3339(expires);
    }

private:
    mutable int minted_ = 0;
};

}  // namespace madang::domain::test

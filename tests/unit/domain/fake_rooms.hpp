// The ports of rooms, answered from memory. What a test does not set up answers `internal`, so that a call that was not meant
// shows.
#pragma once

#include "madang/domain/ports/room_log.hpp"
#include "madang/domain/ports/room_store.hpp"
#include "samples.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace madang::domain::test {

class fake_room_store final : public room_store {
public:
    std::map<room_id, std::vector<event>> logs;
    std::map<std::pair<user_id, room_id>, seat> seats;
    std::map<room_id, std::int64_t> counts;
    std::map<std::pair<room_id, seq_t>, timeline_item> messages;
    std::vector<std::tuple<room_id, seq_t, std::size_t>> asked;  // events(): room, after, limit
    std::string history = "e";
    errc events_fail = errc::internal;
    bool broken = false;

    void sit(std::int64_t user, std::int64_t room, seq_t visible_from, seq_t last) {
        seats[{user_id{user}, room_id{room}}] = seat{room_id{room}, visible_from, last};
    }
    void fill(std::int64_t room, seq_t last) {
        for (seq_t seq = 1; seq <= last; ++seq) logs[room_id{room}].push_back(said(room, seq));
    }

    async_result<std::string> epoch() override { return answer<std::string>(history); }
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
        if (broken) return answer<member>(events_fail);
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
        co_return seen_log{*mine, log_text{*page, mine->visible_from}};
    }
    async_result<log_seat> log_seat_of(user_id me, room_id room) override {
        const auto mine = co_await seat_of(me, room);
        if (!mine) co_return mine.error();
        co_return log_seat{*mine, 0, history};
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

}  // namespace madang::domain::test

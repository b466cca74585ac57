#include "madang/domain/room_service.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace madang::domain {
namespace {

// The answer to a write is read after its commit: that this read found no room must not say that nothing was done.
template <class T>
result<T> after_commit(result<T> read) {
    if (!read && read.error().code == errc::too_busy) return retry_later(errc::unavailable, read.error().retry_after);
    return read;
}

}  // namespace

async_result<room_service::opened> room_service::open(new_room wish) {
    const user_id me = wish.creator;
    const auto made = co_await log_.create_room(std::move(wish));
    if (!made) co_return made.error();
    auto view = after_commit(co_await rooms_.room_of(me, made->room));
    if (!view) co_return view.error();
    opened answer;
    answer.room = std::move(*view);
    answer.existed = made->existed;
    co_return answer;
}

async_result<room_view> room_service::rename(user_id me, room_id room, std::string name) {
    const auto done = co_await log_.rename(room, me, std::move(name));
    if (!done) co_return done.error();
    co_return after_commit(co_await rooms_.room_of(me, room));
}

async_result<std::vector<member>> room_service::members(user_id me, room_id room, user_id after, std::size_t limit) {
    const auto mine = co_await rooms_.seat_of(me, room);
    if (!mine) co_return mine.error();
    co_return co_await rooms_.members(room, after, limit);
}

async_result<std::vector<member>> room_service::invite(user_id me, room_id room, std::vector<user_id> users) {
    const auto added = co_await log_.add_members(room, me, std::move(users));
    if (!added) co_return added.error();
    std::vector<member> answer;
    for (const auto user : *added) {
        auto one = after_commit(co_await rooms_.member_of(room, user));
        if (one)
            answer.push_back(std::move(*one));
        else if (one.error().code != errc::not_found)  // who has left again meanwhile is not named
            co_return one.error();
    }
    co_return answer;
}

async_result<> room_service::remove(user_id me, room_id room, user_id target) {
    const auto done = co_await log_.remove_member(room, me, target);
    if (!done) co_return done.error();
    co_return result<>{};
}

async_result<member> room_service::set_role(user_id me, room_id room, user_id target, member_role role) {
    const auto done = co_await log_.set_role(room, me, target, role);
    if (!done) co_return done.error();
    co_return after_commit(co_await rooms_.member_of(room, target));
}

async_result<timeline_item> room_service::acknowledged(user_id author, room_id room, posted what) {
    timeline_item item;
    if (what.event) {
        item.event = *what.event;
        item.unread_by = what.members - 1;
        co_return item;
    }
    auto seen = after_commit(co_await rooms_.message(author, room, what.seq));
    if (seen || (seen.error().code != errc::not_a_member && seen.error().code != errc::not_found)) co_return seen;
    auto found = after_commit(co_await rooms_.events(room, what.seq - 1, 1));
    if (!found) co_return found.error();
    if (found->empty() || found->front().author != author) co_return errc::not_found;
    item.event = std::move(found->front());
    co_return item;
}

async_result<log_page> room_service::log(user_id me, room_id room, seq_t after, std::size_t limit) {
    auto found = co_await rooms_.log_seen_by(me, room, after, limit);
    if (!found) co_return found.error();
    log_page page;
    page.log = std::move(found->log);
    page.last_seq = found->where.last_seq;
    page.has_more = !page.log.empty() && page.log.last() < page.last_seq;
    co_return page;
}

async_result<sync_answer> room_service::sync(user_id me, std::string epoch, std::vector<known_position> known) {
    if (epoch != epoch_.name()) co_return error{errc::conflict, "The history has another epoch: load everything anew."};
    auto seats = co_await rooms_.seats_of(me);
    if (!seats) co_return seats.error();
    std::unordered_map<room_id, seat> mine;
    for (const auto& s : *seats) mine.emplace(s.room, s);

    sync_answer answer;
    std::size_t left = sync_events;
    std::size_t weight = 0;
    std::set<room_id> seen;
    for (const auto& position : known) {
        if (!seen.insert(position.room).second) continue;
        const auto at = mine.find(position.room);
        if (at == mine.end()) {
            answer.removed.push_back(position.room);
            continue;
        }
        const seat here = at->second;
        mine.erase(at);
        if (position.seq > here.last_seq) co_return error{errc::conflict, "A position lies in the future: load everything anew."};
        room_delta delta;
        delta.room = position.room;
        delta.page.last_seq = here.last_seq;
        const seq_t from = std::max(position.seq, here.visible_from);
        if (from < here.last_seq && left > 0 && weight < sync_weight) {
            auto events = co_await rooms_.events(position.room, from, std::min(sync_events_of_a_room, left));
            if (!events) co_return events.error();
            left -= events->size();
            delta.page.log = log_text{*events, here.visible_from};
            weight += delta.page.log.weight();
            delta.page.last_seq = std::max(here.last_seq, delta.page.log.last());
        }
        const seq_t reached = delta.page.log.empty() ? from : delta.page.log.last();
        delta.page.has_more = reached < delta.page.last_seq;
        answer.rooms.push_back(std::move(delta));
    }
    for (const auto& [room, unused] : mine) {
        auto view = co_await rooms_.room_of(me, room);
        if (view) answer.added.push_back(std::move(*view));  // a room that was left meanwhile is not added
    }
    co_return answer;
}

}  // namespace madang::domain

#include "madang/domain/room_feeds.hpp"

#include "madang/domain/encode.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <iterator>

namespace madang::domain {
namespace {

constexpr seq_t worth_reading = 1000;  // events in one go, for all listeners; beyond, they read for themselves

}  // namespace

void room_feeds::committed(std::vector<commit> batch) {
    asio::post(strand_, [this, batch = std::move(batch)]() mutable { take(std::move(batch)); });
}

void room_feeds::forget() {
    asio::post(strand_, [this] { feeds_.clear(); });
}

void room_feeds::stop() {
    asio::post(strand_, [this] {
        stopped_ = true;
        timer_.cancel();
    });
}

void room_feeds::take(std::vector<commit> batch) {
    std::vector<commit> ready;
    for (auto& c : batch) {
        const room_id room = c.room;
        // Without listeners there is nothing to keep in order; whoever comes next starts from the database.
        const bool anyone = audience_.anyone(room);
        if (!anyone) feeds_.erase(room);
        if (!anyone && c.joined.empty() && c.left.empty()) continue;
        if (!anyone) {
            // Of those who join, some may be here: then the room has a feed from its next event on.
            ready.push_back(std::move(c));
            continue;
        }
        auto& feed = feeds_[room];
        auto passed = feed.offer(std::move(c));
        std::move(passed.begin(), passed.end(), std::back_inserter(ready));
        if (feed.has_gap()) repair_later();
    }
    deliver(std::move(ready));
}

void room_feeds::deliver(std::vector<commit> ready) {
    if (ready.empty()) return;
    for (const auto& c : ready) {
        if (!c.joined.empty()) {
            auto newcomers = c.joined;
            asio::co_spawn(strand_, tell_newcomers(c.room, std::move(newcomers)), asio::detached);
        }
        tell_departed(c.room, c.left);
    }
    audience_.deliver(std::move(ready));
}

void room_feeds::repair_later() {
    if (armed_ || stopped_) return;
    armed_ = true;
    timer_.expires_after(patience);
    timer_.async_wait([this](const boost::system::error_code& ec) {
        if (!ec && !stopped_) repair_gaps();
    });
}

void room_feeds::repair_gaps() {
    armed_ = false;
    for (const auto& [room, feed] : feeds_)
        if (feed.has_gap()) asio::co_spawn(strand_, repair(room), asio::detached);
}

task<> room_feeds::repair(room_id room) {
    auto at = feeds_.find(room);
    if (at == feeds_.end() || !at->second.has_gap()) co_return;
    const seq_t after = at->second.last();
    const auto missing = static_cast<std::size_t>(at->second.first_waiting() - after - 1);
    auto events = co_await rooms_.events(room, after, std::min<std::size_t>(missing, 1000));
    at = feeds_.find(room);
    if (at == feeds_.end()) co_return;
    std::vector<commit> ready;
    if (events) ready = pass(at->second, std::move(*events));
    if (at->second.has_gap() && at->second.last() == after) {
        auto passed = at->second.skip_gap();
        std::move(passed.begin(), passed.end(), std::back_inserter(ready));
    }
    if (at->second.has_gap()) repair_later();  // the next one
    deliver(std::move(ready));
}

// What was read from the log, as if it had been heard.
std::vector<commit> room_feeds::pass(room_feed& feed, std::vector<event> events) {
    std::vector<commit> ready;
    for (auto& e : events) {
        commit c;
        c.room = e.room;
        c.head = e.seq;
        if (const auto* joins = std::get_if<members_joined>(&e.body)) c.joined = joins->users;
        if (const auto* leaves = std::get_if<member_left>(&e.body)) c.left = {leaves->user};
        c.event = std::make_shared<const event>(std::move(e));
        auto passed = feed.offer(std::move(c));
        std::move(passed.begin(), passed.end(), std::back_inserter(ready));
    }
    return ready;
}

async_result<> room_feeds::check(std::vector<room_id> rooms) {
    co_return co_await asio::co_spawn(strand_, compare(std::move(rooms)), use_task);
}

async_result<> room_feeds::compare(std::vector<room_id> rooms) {
    const auto heads = co_await rooms_.heads(std::move(rooms));
    if (!heads) co_return heads.error();
    for (const auto& head : *heads)
        if (audience_.anyone(head.room))
            co_await advance(head.room, head.last_seq);
        else
            feeds_.erase(head.room);
    co_return result<>{};
}

// Brings a room to where the database says that it stands, at least.
task<> room_feeds::advance(room_id room, seq_t head) {
    const seq_t last = feeds_[room].last();
    if (head <= last) co_return;
    std::vector<commit> ready;
    if (last != 0 && head - last <= worth_reading) {
        auto events = co_await rooms_.events(room, last, static_cast<std::size_t>(head - last));
        if (events) ready = pass(feeds_[room], std::move(*events));
    }
    if (feeds_[room].last() < head) {
        // The feed knows nothing yet, or too little: each listener reads for itself from where it stands.
        commit c;
        c.room = room;
        c.head = head;
        auto passed = feeds_[room].go_to(head);
        ready.push_back(std::move(c));
        std::move(passed.begin(), passed.end(), std::back_inserter(ready));
    }
    deliver(std::move(ready));
}

task<> room_feeds::tell_newcomers(room_id room, std::vector<user_id> users) {
    for (const auto user : users) {
        if (!audience_.online(user)) continue;
        const auto view = co_await rooms_.room_of(user, room);
        if (!view) continue;
        json::writer w;
        w.begin_object().field("type", "room_added").key("room");
        write(w, *view);
        audience_.tell(user, w.end_object().take());
    }
}

void room_feeds::tell_departed(room_id room, const std::vector<user_id>& users) {
    for (const auto user : users) {
        json::writer w;
        w.begin_object().field("type", "room_removed").field("roomId", room.value).end_object();
        audience_.tell(user, w.take());
    }
}

}  // namespace madang::domain

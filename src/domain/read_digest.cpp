#include "madang/domain/read_digest.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace madang::domain {

namespace {

std::vector<read_mark> list_of(std::unordered_map<user_id, ordinal_t>& marks) {
    std::vector<read_mark> list;
    list.reserve(marks.size());
    for (const auto& [user, ordinal] : marks) list.push_back({user, ordinal});
    marks.clear();
    return list;
}

}  // namespace

void read_digest::add(room_id room, user_id user, ordinal_t ordinal) {
    if (!others_ && !audience_.anyone_reads(room)) return;
    asio::post(strand_, [this, room, mark = read_mark{user, ordinal}] { put(room, {&mark, 1}, true); });
}

void read_digest::hear(room_id room, std::vector<read_mark> marks) {
    if (!audience_.anyone_reads(room)) return;
    asio::post(strand_, [this, room, marks = std::move(marks)] { put(room, marks, false); });
}

void read_digest::stop() {
    asio::post(strand_, [this] {
        stopped_ = true;
        timer_.cancel();
    });
}

void read_digest::put(room_id room, std::span<const read_mark> marks, bool own) {
    if (stopped_ || (rooms_waiting_.size() >= most_rooms && !rooms_waiting_.contains(room))) return;
    auto& waits = rooms_waiting_[room];
    const auto merge = [&](std::unordered_map<user_id, ordinal_t>& into) {
        for (const auto& mark : marks) into[mark.user] = std::max(into[mark.user], mark.ordinal);
    };
    merge(waits.marks);
    if (own && others_) merge(waits.own);
    const auto now = std::chrono::steady_clock::now();
    if (waits.due <= now) send(room, waits, now);
    if (!armed_) sweep(now);
}

void read_digest::send(room_id room, waiting& waits, steady_time now) {
    waits.due = now + interval;
    asio::co_spawn(strand_, publish(room, list_of(waits.marks), list_of(waits.own)), asio::detached);
}

// Publishes what is due, forgets rooms that were quiet for an interval, and wakes again for the next one.
void read_digest::sweep(steady_time now) {
    auto next = steady_time::max();
    for (auto it = rooms_waiting_.begin(); it != rooms_waiting_.end();) {
        auto& [room, waits] = *it;
        if (waits.due <= now && waits.marks.empty()) {
            it = rooms_waiting_.erase(it);
            continue;
        }
        if (waits.due <= now) send(room, waits, now);
        next = std::min(next, waits.due);
        ++it;
    }
    armed_ = !rooms_waiting_.empty();
    if (!armed_) return;
    timer_.expires_at(next);
    timer_.async_wait([this](const boost::system::error_code& ec) {
        if (!ec && !stopped_) sweep(std::chrono::steady_clock::now());
    });
}

task<> read_digest::publish(room_id room, std::vector<read_mark> marks, std::vector<read_mark> own) {
    const auto members = co_await rooms_.member_count(room);
    if (!members || *members > most_members) co_return;
    audience_.reads(room, marks);
    if (!own.empty()) others_(room, std::move(own));
}

}  // namespace madang::domain

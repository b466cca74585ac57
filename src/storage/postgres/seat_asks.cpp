#include "postgres/seat_asks.hpp"

#include "postgres/work.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace madang::storage::postgres {

using namespace domain;

async_result<seat_asks::log_seat> seat_asks::ask(user_id me, room_id room) {
    auto gather = [this, me, room](std::unique_ptr<runtime::pending<log_seat>> who) {
        take({me, room, std::chrono::steady_clock::now(), std::move(who)});
    };
    return runtime::await_answer<log_seat>(std::move(gather));
}

void seat_asks::take(asked one) {
    std::vector<asked> some;
    {
        const std::lock_guard hold{lock_};
        if (gathered_.size() >= from_.queue()) return one.who->give(from_.refuse(failure::too_busy("the queue is full")));
        const bool is_late = one.since - begun_ >= usual_time;
        gathered_.push_back(std::move(one));
        if (under_way_ == most_under_way || (under_way_ > 0 && !is_late)) return;
        ++under_way_;
        some = begin();
    }
    asio::co_spawn(strand_, look_up(std::move(some)), asio::detached);
}

// Nobody, and one statement less is under way.
std::vector<seat_asks::asked> seat_asks::next() {
    const std::lock_guard hold{lock_};
    if (gathered_.empty()) --under_way_;
    return begin();
}

// Those who came first. Under the lock.
std::vector<seat_asks::asked> seat_asks::begin() {
    begun_ = std::chrono::steady_clock::now();
    const auto count = static_cast<std::ptrdiff_t>(std::min(gathered_.size(), most_at_once));
    std::vector<asked> some{std::move_iterator{gathered_.begin()}, std::move_iterator{gathered_.begin() + count}};
    gathered_.erase(gathered_.begin(), gathered_.begin() + count);
    return some;
}

task<> seat_asks::look_up(std::vector<asked> some) {
    for (; !some.empty(); some = next()) {
        auto found = co_await seats_of(some);
        for (std::size_t at = 0; at < some.size(); ++at) some[at].who->give(found ? (*found)[at] : found.error());
    }
}

// How long the first of them may still wait. Who has hardly waited has the connection's own time: a silent one is then lost.
steady_time seat_asks::end_of(const std::vector<asked>& some) const {
    const auto since = some.front().since;
    return std::chrono::steady_clock::now() - since < usual_time ? steady_time::max() : since + from_.deadline();
}

async_result<std::vector<result<seat_asks::log_seat>>> seat_asks::seats_of(const std::vector<asked>& some) {
    using all = std::vector<result<log_seat>>;
    std::vector<room_id> rooms;
    std::vector<user_id> users;
    for (const auto& a : some) {
        rooms.push_back(a.room);
        users.push_back(a.me);
    }
    auto ask = statements::of(
        "SELECT n.i, m.visible_from, r.last_seq, c.seq, (SELECT value FROM meta WHERE name = 'epoch') "
        "FROM unnest($1::bigint[], $2::bigint[]) WITH ORDINALITY AS n(room_id, user_id, i) "
        "CROSS JOIN LATERAL (SELECT visible_from FROM members "
        "WHERE room_id = n.room_id AND user_id = n.user_id AND NOT hidden LIMIT 1) m "
        "CROSS JOIN LATERAL (SELECT last_seq FROM rooms WHERE id = n.room_id LIMIT 1) r "
        "LEFT JOIN LATERAL (SELECT seq FROM events "
        "WHERE room_id = n.room_id AND kind IN (6, 7) ORDER BY seq DESC LIMIT 1) c ON true",
        rooms, users);
    auto decode = [rooms](const answers& found) -> result<all> {
        all seats(rooms.size(), result<log_seat>{errc::not_a_member});
        for (const auto r : found[0]) {
            const auto at = r.get<std::size_t>(0) - 1;
            seats[at] = log_seat{{rooms[at], r.get<seq_t>(1), r.get<seq_t>(2)}, r.get<seq_t>(3), r.get<std::string>(4)};
        }
        return seats;
    };
    co_return co_await read<all>(from_, std::move(ask), std::move(decode), end_of(some));
}

}  // namespace madang::storage::postgres

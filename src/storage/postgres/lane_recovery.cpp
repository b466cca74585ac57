// What a lane does with a batch that failed: apart, around a lock, later again, or refused; and with what it does not know.
#include "postgres/lane.hpp"

#include <boost/asio/redirect_error.hpp>

#include <algorithm>

namespace madang::storage::postgres {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_pause = 250ms;

// Of these rooms, those that somebody holds right now.
constexpr sql held_rooms = R"(
WITH free AS MATERIALIZED (SELECT id FROM rooms WHERE id = ANY($1::bigint[]) FOR NO KEY UPDATE SKIP LOCKED)
SELECT id FROM rooms WHERE id = ANY($1::bigint[]) AND id <> ALL (ARRAY(SELECT id FROM free)) ORDER BY id)";

}  // namespace

task<> lane::recover(units batch, failure why, bool committing) {
    if (!why.of_environment() || why.of_rights()) {
        // One of them is at fault, or asks for what we may not do. Apart, the others succeed, and it fails alone.
        why.of_outage() ? health_.fails(why.what()) : report_.failed(why.what());
        if (batch.size() == 1) co_return drop(*batch.front(), why.as_error());
        // The second half waits where the first one, which an outage may put back, comes before it.
        units second{std::make_move_iterator(batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2)),
                     std::make_move_iterator(batch.end())};
        batch.resize(batch.size() / 2);
        put_back(std::move(second));
        co_return co_await write(std::move(batch));
    }
    why.of_outage() ? health_.fails(why.what()) : report_.failed(why.what());
    if (why.of_lock() && batch.size() > 1) co_return co_await write_around_locks(std::move(batch));
    for (auto& u : batch) {
        // Messages are repeated by their keys, marks are what they are; other work may have been done, and its answer is not
        // known.
        const bool repeatable = u->what == unit::kind::message || u->what == unit::kind::mark;
        if (why.of_connection() && committing) u->unsure = true;
        if (u->unsure && !repeatable) u->refuse(come_back());
    }
    why.of_lock() ? queue_.push_behind(still_wanted(std::move(batch))) : put_back(std::move(batch));
    if (!why.of_contention()) co_await pause();
}

// To the front of the queue.
void lane::put_back(units again) { queue_.push_back_in(still_wanted(std::move(again))); }

// What waits for these rooms (or for what else their units need) stands behind everybody else; the others go on.
void lane::set_aside(units batch, const std::vector<room_id>& held) {
    const auto is_free = [&held](const auto& u) { return !std::ranges::binary_search(held, u->room); };
    const auto first_held = std::stable_partition(batch.begin(), batch.end(), is_free);
    units waiting{std::make_move_iterator(first_held), std::make_move_iterator(batch.end())};
    batch.erase(first_held, batch.end());
    put_back(std::move(batch));
    queue_.push_behind(still_wanted(std::move(waiting)));
}

// But for those that have been answered: they lost patience meanwhile, or nobody knows what became of them.
lane::units lane::still_wanted(units some) {
    for (auto& u : some) {
        if (!u->answered()) continue;
        drop(*u, come_back());
        u.reset();
    }
    std::erase(some, nullptr);
    return some;
}

// The end of a unit that was not done, or perhaps: then its room is looked at.
void lane::drop(unit& u, error why) {
    if (u.unsure && u.room) unsure_.add(u.room);
    waiting_.let_go(u);
    u.refuse(std::move(why));
}

// Somebody holds a room for longer than one waits for it.
task<> lane::write_around_locks(units batch) {
    std::vector<room_id> held;
    std::optional<failure> failed;
    under_way_ = batch;
    try {
        auto ask = statements::of(held_rooms, rooms_of(batch));
        const auto found = co_await connection_->ask(std::move(ask));
        for (const auto r : found.front()) held.push_back(r.get<room_id>(0));
    } catch (const failure& e) {
        failed = e;
    }
    under_way_ = {};
    if (!failed) co_return set_aside(std::move(batch), held);
    if (failed->of_lock()) {  // not of a room, but of the table
        put_back(std::move(batch));
        co_return co_await pause();
    }
    failure why = *failed;
    co_await recover(std::move(batch), std::move(why), false);
}

// After a lost outcome: the last event of a room may have been committed without anybody being told. The feeds find out from it
// what else they have missed, but not who may listen now.
task<> lane::repair() {
    const auto rooms = std::exchange(unsure_, {});
    std::vector<domain::commit> told;
    std::optional<std::string> failed;
    try {
        auto ask = rooms.to_ask();
        const auto found = co_await connection_->ask(std::move(ask));
        told = rooms.to_tell(found);
    } catch (const std::exception& e) {
        failed = e.what();
    }
    if (!failed) co_return announcer_.tell(std::move(told));
    report_.failed(*failed);
    unsure_.add(rooms);
    co_await pause();
}

task<> lane::pause() {
    const auto most = std::chrono::duration_cast<std::chrono::milliseconds>(longest_pause).count();
    pause_.expires_after(std::chrono::milliseconds{10 + static_cast<std::int64_t>(dice_() % static_cast<unsigned>(most))});
    boost::system::error_code ignored;
    co_await pause_.async_wait(asio::redirect_error(use_task, ignored));
}

}  // namespace madang::storage::postgres

#include "postgres/lane_queue.hpp"

#include <algorithm>
#include <unordered_set>

namespace madang::storage::postgres {
namespace {

// How far behind the first the rest of a batch is looked for.
constexpr std::size_t horizon = 2000;

bool is_hot(const unit& u) { return u.what == unit::kind::message || u.what == unit::kind::mark; }

}  // namespace

bool waiting_units::take_in(const unit& u) {
    const auto rows = stats_.queue_rows.fetch_add(1) + 1;
    const auto bytes = stats_.queue_bytes.fetch_add(u.bytes) + u.bytes;
    if (rows <= most_rows_ && bytes <= most_bytes_) return true;
    let_go(u);
    return false;
}

void waiting_units::let_go(const unit& u) {
    --stats_.queue_rows;
    stats_.queue_bytes -= u.bytes;
}

void lane_queue::push_back_in(units again) {
    waiting_.insert(waiting_.begin(), std::make_move_iterator(again.begin()), std::make_move_iterator(again.end()));
}

void lane_queue::push_behind(units held) {
    std::unordered_set<room_id> theirs;
    for (const auto& u : held) {
        theirs.insert(u->room);
        u->was_held = true;
    }
    push_back_in(std::move(held));
    std::stable_partition(waiting_.begin(), waiting_.end(), [&](const auto& u) { return !theirs.contains(u->room); });
}

lane_queue::units lane_queue::next_batch(std::size_t rows, std::size_t bytes) {
    units batch;
    if (waiting_.empty()) return batch;
    const bool hot = is_hot(*waiting_.front());
    const bool alone = waiting_.front()->what == unit::kind::alone;
    const bool was_held = waiting_.front()->was_held;
    std::unordered_set<room_id> passed;  // rooms with a unit that stays: those behind it stay as well
    std::size_t weight = 0;
    const auto last = waiting_.begin() + static_cast<std::ptrdiff_t>(std::min(waiting_.size(), horizon));
    auto at = waiting_.begin();
    for (; at != last && batch.size() < (alone ? 1 : rows); ++at) {
        auto& u = *at;
        const bool fits = batch.empty() || weight + u->bytes <= bytes;
        const bool same_way = batch.empty() || (u->was_held == was_held && (hot ? is_hot(*u) : u->what == unit::kind::work));
        if (!fits) break;
        if (!same_way || passed.contains(u->room)) {
            passed.insert(u->room);
            continue;
        }
        weight += u->bytes;
        batch.push_back(std::move(u));
    }
    waiting_.erase(std::remove(waiting_.begin(), at, nullptr), at);
    return batch;
}

lane_queue::units lane_queue::take_out(const std::function<bool(const unit&)>& over) {
    units out;
    for (auto& u : waiting_)
        if (over(*u)) out.push_back(std::move(u));
    std::erase(waiting_, nullptr);
    return out;
}

}  // namespace madang::storage::postgres

// What waits in a lane, and which of it becomes the next batch. No I/O.
// Thread: the lane's strand; `waiting_units` is shared by all lanes.
#pragma once

#include "madang/storage/store.hpp"
#include "postgres/unit.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace madang::storage::postgres {

// How much waits in all lanes together, bounded. Thread-safe.
class waiting_units {
public:
    waiting_units(store_stats& stats, std::size_t most_rows, std::size_t most_bytes)
        : stats_(stats), most_rows_(most_rows), most_bytes_(most_bytes) {}

    // False, and nothing is counted, when the queue is full.
    [[nodiscard]] bool take_in(const unit& u);
    void let_go(const unit& u);

private:
    store_stats& stats_;
    const std::size_t most_rows_;
    const std::size_t most_bytes_;
};

class lane_queue {
public:
    using units = std::vector<std::unique_ptr<unit>>;

    void push(std::unique_ptr<unit> u) { waiting_.push_back(std::move(u)); }
    // In front of all others, in this order.
    void push_back_in(units again);
    // They were held up: behind all others, in this order, and whatever waits for the same rooms behind them.
    void push_behind(units held);

    [[nodiscard]] bool empty() const noexcept { return waiting_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

    // The first, with those behind it that can be written in the same way: messages and marks together, or work together; those
    // that were held up apart from the others, who would wait with them. A unit never passes another one of its room.
    [[nodiscard]] units next_batch(std::size_t rows, std::size_t bytes);

    // Takes out those for whom `over` is true.
    [[nodiscard]] units take_out(const std::function<bool(const unit&)>& over);

private:
    std::deque<std::unique_ptr<unit>> waiting_;
};

}  // namespace madang::storage::postgres

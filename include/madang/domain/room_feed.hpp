// One room's events on this node, put in order: the next seq passes, an older one is dropped, a later one waits for its
// predecessor. No I/O and no clock: room_feeds.hpp drives it. Not thread-safe.
#pragma once

#include "madang/domain/event.hpp"

#include <map>
#include <vector>

namespace madang::domain {

class room_feed {
public:
    static constexpr std::size_t most_waiting = 256;  // beyond it the gap is read from the database at once anyway

    // What may be delivered now, in order. A commit without an event (an audience change alone) passes at once.
    [[nodiscard]] std::vector<commit> offer(commit c);

    // Later events wait for one that has not come.
    [[nodiscard]] bool has_gap() const noexcept { return !waiting_.empty(); }
    // The gap is after this seq...
    [[nodiscard]] seq_t last() const noexcept { return last_; }
    // ...and before this one.
    [[nodiscard]] seq_t first_waiting() const noexcept { return waiting_.empty() ? 0 : waiting_.begin()->first; }
    // The database could not fill the gap: go on after it. Listeners notice by the seq and catch up themselves.
    [[nodiscard]] std::vector<commit> skip_gap();
    // The room stands at `head`, and what came before is not to be had here. Answers what waited for that.
    [[nodiscard]] std::vector<commit> go_to(seq_t head);

private:
    void release(std::vector<commit>& out);

    seq_t last_ = 0;  // 0: nothing seen yet, the first event sets it
    std::map<seq_t, commit> waiting_;
};

}  // namespace madang::domain

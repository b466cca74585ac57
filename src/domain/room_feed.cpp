#include "madang/domain/room_feed.hpp"

#include <algorithm>

namespace madang::domain {

std::vector<commit> room_feed::offer(commit c) {
    std::vector<commit> out;
    if (!c.event) {
        out.push_back(std::move(c));
        return out;
    }
    const seq_t seq = c.event->seq;
    if (last_ != 0 && seq <= last_) return out;
    if (last_ == 0 || seq == last_ + 1) {
        last_ = seq;
        out.push_back(std::move(c));
        release(out);
    } else if (waiting_.size() < most_waiting) {
        waiting_.emplace(seq, std::move(c));
    }
    return out;
}

std::vector<commit> room_feed::skip_gap() {
    std::vector<commit> out;
    if (waiting_.empty()) return out;
    last_ = waiting_.begin()->first - 1;
    release(out);
    return out;
}

std::vector<commit> room_feed::go_to(seq_t head) {
    std::vector<commit> out;
    last_ = std::max(last_, head);
    release(out);
    return out;
}

void room_feed::release(std::vector<commit>& out) {
    while (!waiting_.empty() && waiting_.begin()->first <= last_ + 1) {
        auto node = waiting_.extract(waiting_.begin());
        if (node.key() <= last_) continue;
        last_ = node.key();
        out.push_back(std::move(node.mapped()));
    }
}

}  // namespace madang::domain

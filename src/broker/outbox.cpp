#include "madang/broker/outbox.hpp"

namespace madang::broker {

outbox::offered outbox::offer(shared_text prefix, shared_text tail, bool sheddable) {
    entry e{std::move(prefix), std::move(tail)};
    const std::size_t size = e.size();
    // An empty outbox takes any frame: one that is larger than the limit must not be undeliverable.
    if (bytes_ != 0 && bytes_ + size > limits_.hard) return offered::too_slow;
    if (sheddable && behind()) return offered::shed;
    bytes_ += size;
    queue_.push_back(std::move(e));
    return offered::queued;
}

bool outbox::take(std::string& into) {
    if (in_flight_ != 0 || empty()) return false;
    do {
        entry& e = queue_[first_];
        const std::size_t size = e.size();
        if (in_flight_ != 0 && in_flight_ + size > limits_.batch) break;
        if (e.prefix) into += *e.prefix;
        into += *e.tail;
        in_flight_ += size;
        e = {};
        ++first_;
    } while (!empty());
    if (empty()) {
        // An idle session owns no queue; a busy one keeps a small one.
        if (queue_.capacity() > 64)
            std::vector<entry>{}.swap(queue_);
        else
            queue_.clear();
        first_ = 0;
    } else if (first_ > 1024 && first_ * 2 > queue_.size()) {
        queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(first_));
        first_ = 0;
    }
    return true;
}

void outbox::written() noexcept {
    bytes_ -= in_flight_;
    in_flight_ = 0;
}

}  // namespace madang::broker

// Outbound frames of one session, bounded in bytes (never in counts: a limit of 100 messages drops healthy clients).
// Thread: the session's shard. Frames are shared and immutable; the outbox owns only its queue.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace madang::broker {

using shared_text = std::shared_ptr<const std::string>;

struct outbox_limits {
    std::size_t soft = 256 * 1024;   // bytes; beyond it sheddable frames are dropped and the session is not read
    std::size_t hard = 1024 * 1024;  // bytes; beyond it the session is closed and its client resumes from its last seq
    std::size_t batch = 64 * 1024;   // bytes a write, whole frames; a single larger frame goes alone
};

class outbox {
public:
    enum class offered { queued, shed, too_slow };

    explicit outbox(const outbox_limits& limits) noexcept : limits_(limits) {}

    // Queues a frame: `prefix` (may be null) and `tail` are written one after the other. `too_slow` means that the session has
    // fallen behind by more than `hard` bytes: nothing was queued, and it must be closed.
    [[nodiscard]] offered offer(shared_text prefix, shared_text tail, bool sheddable);

    // Appends whole frames to `into`, at most `batch` bytes of them, and counts as in flight until written(). False, and nothing
    // appended, while a write is in flight or nothing waits.
    [[nodiscard]] bool take(std::string& into);
    void written() noexcept;

    [[nodiscard]] bool in_flight() const noexcept { return in_flight_ != 0; }
    [[nodiscard]] bool empty() const noexcept { return first_ == queue_.size(); }
    // Bytes that wait or are in flight.
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool behind() const noexcept { return bytes_ > limits_.soft || bytes_ > limits_.hard / 2; }

private:
    struct entry {
        shared_text prefix;
        shared_text tail;
        [[nodiscard]] std::size_t size() const noexcept { return (prefix ? prefix->size() : 0) + tail->size(); }
    };

    const outbox_limits& limits_;
    std::vector<entry> queue_;  // a vector, for an empty one owns no memory; [first_, end) waits
    std::size_t first_ = 0;
    std::size_t bytes_ = 0;
    std::size_t in_flight_ = 0;
};

}  // namespace madang::broker

// The lanes, and who goes into which.
// Thread-safe.
#pragma once

#include "postgres/lane.hpp"

#include <memory>
#include <vector>

namespace madang::storage::postgres {

class writer {
public:
    writer(asio::io_context& io, connector& c, precedence& first, std::size_t lanes, const lane_options& options,
           std::size_t queue_rows, std::size_t queue_bytes, const clock& time, const announcer& tell, reporter& report);

    void start();
    void stop();
    [[nodiscard]] bool ended() const noexcept;

    // What these say may have been committed without anybody being told; the lanes find out. Any thread.
    void doubt(std::vector<domain::commit> commits);

    // Queues a unit in the lane of its room (of `hash`, for a room that is not there yet), or answers it at once: `too_busy`.
    void offer(std::unique_ptr<unit> u, std::int64_t hash);

private:
    [[nodiscard]] lane& lane_of(std::int64_t hash);

    const lane_options options_;
    reporter& report_;
    waiting_units waiting_;
    std::vector<std::shared_ptr<lane>> lanes_;
};

// Offers what `make` (from unique_ptr<pending<T>> to unique_ptr<unit>) makes, and resumes here, on the caller's strand, when that
// has been committed or refused.
template <class T, class Make>
async_result<T> offer(writer& to, std::int64_t hash, Make make) {
    auto ask = [&to, hash, make = std::move(make)](std::unique_ptr<pending<T>> p) mutable { to.offer(make(std::move(p)), hash); };
    return runtime::await_answer<T>(std::move(ask));
}

// Runs `work` (task<result<T>>(writing&), callable more than once) in its room's lane, with the room locked.
// `text`: how many bytes of the caller's text it carries.
template <class T = void, class Work>
async_result<T> write(writer& to, unit::kind how, room_id room, std::size_t text, Work work) {
    auto make = [how, room, text, work = std::move(work)](std::unique_ptr<pending<T>> r) mutable -> std::unique_ptr<unit> {
        return std::make_unique<work_of<T, Work>>(how, room, text, std::move(work), std::move(r));
    };
    return offer<T>(to, room.value, std::move(make));
}

}  // namespace madang::storage::postgres

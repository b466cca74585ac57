// Group commit for the rooms of one hash: one connection, one batch in flight; what gathers meanwhile is the next one. So
// batching comes from load alone, an idle system commits at once, and order in a room is the order in its lane (design, chapter
// 5). Thread: the connection's strand.
#pragma once

#include "postgres/connection.hpp"
#include "postgres/lane_queue.hpp"
#include "postgres/message_batch.hpp"
#include "postgres/untold.hpp"
#include "reporter.hpp"

#include <atomic>
#include <memory>
#include <span>

namespace madang::storage::postgres {

struct lane_options {
    std::size_t batch_rows = 250;              // units in one transaction...
    std::size_t batch_bytes = 1 << 20;         // ...and their bytes
    std::chrono::milliseconds patience{2000};  // a unit that has waited so long is answered `unavailable`
    domain::room_limits limits;
};

class lane : public std::enable_shared_from_this<lane> {
public:
    lane(asio::io_context& io, connector& c, precedence& first, const lane_options& options, const clock& time,
         const announcer& tell, reporter& report, waiting_units& waiting);

    void start();
    // Any thread. What is queued is committed first, as far as it can be within its patience.
    void stop();
    // Any thread. `u` has been counted in `waiting`.
    void offer(std::unique_ptr<unit> u);
    // Any thread. What this says may have been committed without anybody being told: the lane finds out.
    void doubt(domain::commit c);
    // Set when the lane has ended.
    [[nodiscard]] bool ended() const noexcept { return ended_; }

private:
    using units = std::vector<std::unique_ptr<unit>>;

    // What is said to who is refused because of us.
    [[nodiscard]] static error come_back() { return retry_later(errc::unavailable, std::chrono::seconds{1}); }

    task<> run();
    task<bool> something_to_do();
    // One transaction, and another try of whatever an outage or contention left undone.
    task<> write(units batch);
    task<> write_messages(units batch);
    task<> write_work(units batch);
    // What to do with a batch that failed: apart, later again, or refused.
    task<> recover(units batch, failure why, bool committing);
    task<> write_around_locks(units batch);
    void set_aside(units batch, const std::vector<room_id>& held);
    void put_back(units again);
    [[nodiscard]] units still_wanted(units some);
    void drop(unit& u, error why);
    [[nodiscard]] static std::vector<room_id> rooms_of(const units& batch);
    task<> repair();
    task<> pause();
    void done(const std::vector<std::unique_ptr<unit>>& batch, std::chrono::steady_clock::time_point began);
    void watch_patience();
    void lose_patience();

    const std::shared_ptr<connection> connection_;
    const lane_options& options_;
    const clock& clock_;
    const announcer& announcer_;
    reporter& report_;
    reporter::part health_;
    waiting_units& waiting_;

    lane_queue queue_;
    std::span<const std::unique_ptr<unit>> under_way_;
    untold unsure_;
    timer more_;  // cancelled when there is something to do
    timer patience_;
    timer pause_;
    std::minstd_rand dice_;
    bool watching_ = false;
    bool stopping_ = false;
    std::atomic<bool> ended_{false};
};

}  // namespace madang::storage::postgres

// Seats, many in one statement: a query costs PostgreSQL 80 us whatever it asks, and one seat more in it a tenth of that. What is
// asked for while a statement is under way is gathered for the next one; where little is asked, nobody waits for anything.
// Thread-safe. Its coroutines end with the pool; it outlives them.
#pragma once

#include "madang/domain/ports/room_store.hpp"
#include "madang/runtime/pending.hpp"
#include "postgres/pool.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace madang::storage::postgres {

class seat_asks {
public:
    using log_seat = domain::room_store::log_seat;

    static constexpr std::size_t most_at_once = 250;
    // A second one is begun when the first has not come back in that time: a connection that hangs does not keep everybody
    // waiting.
    static constexpr int most_under_way = 2;
    static constexpr std::chrono::milliseconds usual_time{5};

    seat_asks(asio::io_context& io, pool& from) : strand_(io.get_executor()), from_(from) {}

    // No older than what was committed before the call; not_a_member; too_busy where as many wait as the pool's queue holds.
    async_result<log_seat> ask(user_id me, room_id room);

private:
    struct asked {
        user_id me;
        room_id room;
        steady_time since;
        std::unique_ptr<runtime::pending<log_seat>> who;
    };

    void take(asked one);
    std::vector<asked> next();
    std::vector<asked> begin();
    task<> look_up(std::vector<asked> some);
    [[nodiscard]] steady_time end_of(const std::vector<asked>& some) const;
    async_result<std::vector<result<log_seat>>> seats_of(const std::vector<asked>& some);

    const executor strand_;
    pool& from_;
    std::mutex lock_;
    std::vector<asked> gathered_;
    int under_way_ = 0;
    steady_time begun_;  // the latest of them
};

}  // namespace madang::storage::postgres

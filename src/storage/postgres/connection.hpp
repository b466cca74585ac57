// One connection to PostgreSQL: comes back by itself when it is lost (back-off with jitter), and answers what is asked of it in
// order, each within the deadline or not at all.
// Thread: its strand, but for the functions that say otherwise. Lives until stop() and the last coroutine that uses it.
#pragma once

#include "madang/base/async.hpp"
#include "madang/runtime/back_off.hpp"
#include "postgres/connector.hpp"
#include "postgres/pipeline.hpp"
#include "postgres/precedence.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace madang::storage::postgres {

class connection : public std::enable_shared_from_this<connection> {
public:
    // `is_essential`: the others wait for it.
    connection(asio::io_context& io, connector& c, precedence& first, use u, bool is_essential);

    // Any thread.
    [[nodiscard]] const executor& where() const noexcept { return strand_; }
    [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.load(std::memory_order_relaxed); }
    enum class state { up, starting, down };  // in the order in which one would like to ask them
    [[nodiscard]] state now() const noexcept { return now_.load(std::memory_order_relaxed); }
    [[nodiscard]] bool is_up() const noexcept { return now() == state::up; }
    void start();
    void stop();
    // Told on the strand that a connection was made, or why not (where the node can do without it, each reason once). Set before
    // start().
    std::function<void(const std::optional<std::string>& failed)> heard;

    // Sends them in one go and answers with what they found, within the deadline, or until `end` where that is earlier. Throws
    // failure; when a server has not answered at all, the connection is lost. While the first connection is being made it waits
    // for that; later, without a connection it fails at once.
    [[nodiscard]] task<answers> ask(statements all, steady_time end = steady_time::max());
    [[nodiscard]] std::chrono::milliseconds deadline() const noexcept { return connector_.deadline(); }

    // For who needs it alone for more than one ask(): transactions. First come, first served; gives it back with its end.
    class turn {
    public:
        explicit turn(std::shared_ptr<connection> c) : c_(std::move(c)) {}
        turn(turn&&) noexcept = default;
        turn& operator=(turn&&) = delete;
        ~turn() {
            if (c_) c_->give_turn();
        }

    private:
        std::shared_ptr<connection> c_;
    };
    [[nodiscard]] task<turn> take_turn(steady_time end);

private:
    task<> stay_connected();
    task<> serve(connector::opened c);
    // Leaves this server, and looks for the one that took over from it.
    void reconnect(std::string_view why);
    void watch_for_writing();
    task<> pause();
    task<> let_others_go_first();
    void give_turn();
    void wake_first();

    executor strand_;
    connector& connector_;
    precedence& first_;
    const use use_;
    const bool is_essential_;

    std::atomic<std::size_t> waiting_{0};
    std::atomic<state> now_{state::starting};
    bool stopped_ = false;
    runtime::back_off pauses_;  // after attempts, and connections that have answered nothing
    std::string told_;          // why there was no connection
    const std::int32_t line_;
    timer pause_;

    std::shared_ptr<wire> wire_;  // while connected
    server_timeline timeline_ = 0;
    std::unique_ptr<pipeline> pipeline_;
    std::optional<asio::posix::basic_stream_descriptor<executor>> socket_;
    bool waits_for_writing_ = false;
    steady_time heard_at_;  // when something last came, or was asked while nothing was to come

    bool taken_ = false;
    std::deque<timer*> next_turns_;
    std::deque<timer*> wait_for_first_;
};

}  // namespace madang::storage::postgres

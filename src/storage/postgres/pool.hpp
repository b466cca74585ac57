// Some connections for the same use; work goes to the one with the least of it.
// Thread-safe.
#pragma once

#include "postgres/connection.hpp"
#include "reporter.hpp"

#include <atomic>
#include <memory>
#include <vector>

namespace madang::storage::postgres {

class pool {
public:
    // `queue`: how much may wait in all; beyond, shortest_queue() throws failure `too_busy`. The first connection is one that the
    // node cannot do without.
    pool(asio::io_context& io, connector& c, precedence& first, use u, std::size_t size, std::size_t queue, reporter& report);

    void start();
    void stop();

    // Throws failure when the queues are full.
    [[nodiscard]] std::shared_ptr<connection> shortest_queue() const;
    // Sends the statements there, in one round trip, and resumes on the caller's strand, by `end` at the latest. Throws failure.
    [[nodiscard]] task<answers> ask(statements all, steady_time end = steady_time::max()) const;
    [[nodiscard]] std::chrono::milliseconds deadline() const { return all_.front()->deadline(); }
    [[nodiscard]] std::size_t queue() const noexcept { return queue_; }

    void answered();
    // Says it to the log, unless it is our own end, and answers what the client is told.
    [[nodiscard]] error refuse(const failure& why);

private:
    const use use_;
    std::vector<std::shared_ptr<connection>> all_;
    const std::size_t queue_;
    reporter& report_;
    reporter::part health_;
    std::atomic<bool> stopped_{false};
};

}  // namespace madang::storage::postgres

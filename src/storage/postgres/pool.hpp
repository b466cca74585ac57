// Some connections for the same use; work goes to the one with the least of it.
// Thread-safe.
#pragma once

#include "postgres/connection.hpp"
#include "postgres/reporter.hpp"

#include <memory>
#include <vector>

namespace madang::storage::postgres {

class pool {
public:
    // `queue`: how much may wait in all; beyond, shortest_queue() throws failure `too_busy`.
    pool(asio::io_context& io, connector& c, use u, std::size_t size, std::size_t queue, reporter& report);

    // Begins to connect the one with this number, if there is one.
    void start(std::size_t number);
    void stop();

    // Throws failure when the queues are full.
    [[nodiscard]] std::shared_ptr<connection> shortest_queue() const;

    // Says it to the log and answers what the client is told.
    [[nodiscard]] error refuse(const failure& why) const;

private:
    std::vector<std::shared_ptr<connection>> all_;
    const std::size_t queue_;
    reporter& report_;
};

}  // namespace madang::storage::postgres

#include "postgres/pool.hpp"

#include <algorithm>

namespace madang::storage::postgres {

pool::pool(asio::io_context& io, connector& c, use u, std::size_t size, std::size_t queue, reporter& report)
    : queue_(queue), report_(report) {
    for (std::size_t i = 0; i < size; ++i) {
        all_.push_back(std::make_shared<connection>(io, c, u));
        all_.back()->heard = [&report](const std::optional<std::string>& failed) {
            if (failed) report.failed(*failed);
        };
    }
}

void pool::start(std::size_t number) {
    if (number < all_.size()) all_[number]->start();
}

void pool::stop() {
    for (const auto& c : all_) c->stop();
}

std::shared_ptr<connection> pool::shortest_queue() const {
    // Who is not connected fails its callers at once: that is no short queue.
    const auto burden = [](const auto& c) { return std::pair{c->now(), c->waiting()}; };
    auto least = *std::ranges::min_element(all_, {}, burden);
    if (least->waiting() >= queue_ / all_.size()) throw failure::queue_full();
    return least;
}

error pool::refuse(const failure& why) const {
    report_.failed(why.what());
    return why.as_error();
}

}  // namespace madang::storage::postgres

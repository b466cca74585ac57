#include "postgres/pool.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>

namespace madang::storage::postgres {

pool::pool(asio::io_context& io, connector& c, precedence& first, use u, std::size_t size, std::size_t queue, reporter& report)
    : use_(u), queue_(queue), report_(report), health_(report) {
    all_.reserve(size);
    for (std::size_t i = 0; i < size; ++i) {
        all_.push_back(std::make_shared<connection>(io, c, first, u, i == 0));
        all_.back()->heard = [this](const std::optional<std::string>& failed) {
            if (!failed) return health_.works();
            const bool alone = std::ranges::none_of(all_, &connection::is_up);
            alone ? health_.fails(*failed) : report_.failed(*failed);
        };
    }
}

void pool::start() {
    for (const auto& c : all_) c->start();
}

void pool::stop() {
    stopped_ = true;
    for (const auto& c : all_) c->stop();
}

std::shared_ptr<connection> pool::shortest_queue() const {
    // Who is not connected fails its callers at once: that is no short queue.
    const auto burden = [](const auto& c) { return std::pair{c->now(), c->waiting()}; };
    auto least = *std::ranges::min_element(all_, {}, burden);
    if (least->waiting() >= queue_ / all_.size()) throw failure::too_busy("the queue is full");
    return least;
}

task<answers> pool::ask(statements all, steady_time end) const {
    const auto c = shortest_queue();
    co_return co_await asio::co_spawn(c->where(), c->ask(std::move(all), end), use_task);
}

void pool::answered() {
    if (use_ == use::reading) ++report_.stats().reads;
    health_.works();
}

error pool::refuse(const failure& why) {
    if (why.of_load())
        ++report_.stats().refused;
    else if (!stopped_)
        why.of_outage() ? health_.fails(why.what()) : report_.failed(why.what());
    return why.as_error();
}

}  // namespace madang::storage::postgres

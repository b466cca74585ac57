#include "postgres/writer.hpp"

#include <algorithm>

namespace madang::storage::postgres {
namespace {

// Neighbouring ids are made at the same time and are busy at the same time: spread them (splitmix64's last step).
std::size_t spread(std::int64_t n) {
    auto x = static_cast<std::uint64_t>(n);
    x ^= x >> 31;
    x *= 0x9e3779b97f4a7c15ULL;
    return static_cast<std::size_t>(x >> 32);
}

}  // namespace

writer::writer(asio::io_context& io, connector& c, precedence& first, std::size_t lanes, const lane_options& options,
               std::size_t queue_rows, std::size_t queue_bytes, const clock& time, const announcer& tell, reporter& report)
    : options_(options), report_(report), waiting_(report.stats(), queue_rows, queue_bytes) {
    for (std::size_t i = 0; i < lanes; ++i)
        lanes_.push_back(std::make_shared<lane>(io, c, first, options_, time, tell, report, waiting_));
}

void writer::start() {
    for (const auto& l : lanes_) l->start();
}

void writer::stop() {
    for (const auto& l : lanes_) l->stop();
}

bool writer::ended() const noexcept {
    return std::ranges::all_of(lanes_, [](const auto& l) { return l->ended(); });
}

lane& writer::lane_of(std::int64_t hash) { return *lanes_[spread(hash) % lanes_.size()]; }

void writer::doubt(std::vector<domain::commit> commits) {
    for (auto& c : commits) {
        auto& where = lane_of(c.room.value);
        where.doubt(std::move(c));
    }
}

void writer::offer(std::unique_ptr<unit> u, std::int64_t hash) {
    if (waiting_.take_in(*u)) return lane_of(hash).offer(std::move(u));
    ++report_.stats().refused;
    u->refuse(retry_later(errc::too_busy, std::chrono::seconds{1}));
}

}  // namespace madang::storage::postgres

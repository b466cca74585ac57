// The strands that connections live on. A connection is pinned to one shard when it is accepted; all that belongs to it is
// touched there alone and needs no lock (design, chapter 4). Not one strand a session: that gets slower with a second thread.
#pragma once

#include "madang/base/async.hpp"

#include <atomic>
#include <cstddef>
#include <vector>

namespace madang::runtime {

class shards {
public:
    static constexpr std::size_t default_count = 16;

    explicit shards(asio::io_context& io, std::size_t count = default_count) {
        strands_.reserve(count);
        for (std::size_t i = 0; i < count; ++i) strands_.emplace_back(io.get_executor());
    }

    [[nodiscard]] std::size_t count() const noexcept { return strands_.size(); }
    [[nodiscard]] const executor& at(std::size_t index) const noexcept { return strands_[index]; }

    // Where the next connection goes, in turn. Thread-safe.
    [[nodiscard]] std::size_t next() noexcept { return turn_.fetch_add(1, std::memory_order_relaxed) % strands_.size(); }

    // The shard that owns what is named by `number`: always the same one.
    [[nodiscard]] std::size_t of(std::int64_t number) const noexcept {
        return static_cast<std::size_t>(static_cast<std::uint64_t>(number) * 0x9e3779b97f4a7c15ULL >> 32) % strands_.size();
    }

private:
    std::vector<executor> strands_;
    std::atomic<std::size_t> turn_{0};
};

}  // namespace madang::runtime

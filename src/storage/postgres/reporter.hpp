// Where failures of PostgreSQL go: the figures, and the log. Thread-safe.
#pragma once

#include "madang/storage/store.hpp"

#include <functional>
#include <string_view>

namespace madang::storage::postgres {

class reporter {
public:
    reporter(store_stats& stats, std::function<void(std::string_view)> said) : stats_(stats), said_(std::move(said)) {}

    void failed(std::string_view what) {
        ++stats_.failures;
        stats_.failing = true;
        if (said_) said_(what);
    }
    [[nodiscard]] store_stats& stats() noexcept { return stats_; }

private:
    store_stats& stats_;
    const std::function<void(std::string_view)> said_;
};

}  // namespace madang::storage::postgres

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
        if (said_) said_(what);
    }
    // Whether the rooms can be written to, as far as the last attempt tells.
    void writing_works(bool works) { stats_.failing = !works; }
    [[nodiscard]] store_stats& stats() noexcept { return stats_; }

private:
    store_stats& stats_;
    const std::function<void(std::string_view)> said_;
};

}  // namespace madang::storage::postgres

// Where the database's failures go: the figures, and the log. An outage is a line where it begins, one for each other thing that
// is said of it, and one where it ends; not one for every request. Nor are many short ones: the same thing is said once in ten
// seconds, and of an outage that was not told no end is told.
// Thread-safe. Ears are told under a lock: they do not wait and do not ask back.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/storage/store.hpp"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace madang::storage {

class reporter {
public:
    reporter(store_stats& stats, failure_ears ears, const clock& time = real_time)
        : stats_(stats), ears_(std::move(ears)), time_(time) {}

    // What works or fails apart from the rest: the readers, the writers, a lane. There is an outage while one of them fails, as
    // far as the last attempt of each tells.
    class part {
    public:
        explicit part(reporter& to) : to_(to) {}
        void works() {
            if (!works_.load(std::memory_order_relaxed)) to_.mend(*this);
        }
        // By something that its next attempt will meet, too.
        void fails(std::string_view what) { to_.fail(*this, what); }

    private:
        friend class reporter;
        reporter& to_;
        std::atomic<bool> works_{true};
    };

    // A failure that others do not share.
    void failed(std::string_view what);
    [[nodiscard]] store_stats& stats() noexcept { return stats_; }

private:
    void mend(part& p);
    void fail(part& p, std::string_view what);
    void say(std::string_view what);
    [[nodiscard]] bool holds_back(steady_time said, steady_time now) const;

    inline static const system_clock real_time;

    store_stats& stats_;
    const failure_ears ears_;
    const clock& time_;

    std::mutex lock_;  // guards what follows
    int failing_ = 0;  // parts
    steady_time began_;
    std::uint64_t failures_ = 0;               // since then
    bool told_ = false;                        // of this outage
    std::map<std::string, steady_time> said_;  // last
};

}  // namespace madang::storage

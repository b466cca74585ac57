// Loads under way, by key. Thread-safe: parts with a lock each, and one in each flight.
#pragma once

#include "madang/base/async.hpp"
#include "madang/base/clock.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

namespace madang::cache {

// One load, and those who wait for its answer.
class flight {
public:
    using answer = std::shared_ptr<const result<std::string>>;

    // The answer; null when it has not come in time.
    [[nodiscard]] static task<answer> wait(std::shared_ptr<flight> of, steady_time until);
    void land(result<std::string> with);

private:
    using alarm = std::shared_ptr<timer>;
    [[nodiscard]] answer known() const;
    answer answer_or_set(const alarm& a);
    answer answer_or_unset(const alarm& a);

    mutable std::mutex lock_;
    answer answer_;
    std::set<alarm> waiting_;  // each is used on the strand of who waits
};

class flights {
public:
    struct joined {
        std::shared_ptr<flight> of;
        bool leads = false;  // nobody was loading: load, and land() whatever happens
    };

    [[nodiscard]] joined join(const std::string& key);
    void land(const std::string& key, const std::shared_ptr<flight>& f, result<std::string> with);
    // Who waits goes on waiting, but nobody joins any more; the next one leads a new flight.
    void detach(const std::string& key);
    void detach(const std::string& key, const std::shared_ptr<flight>& f);
    void detach_all();

private:
    struct part {
        std::mutex lock;
        std::unordered_map<std::string, std::shared_ptr<flight>> by_key;
    };
    part& part_of(const std::string& key) { return parts_[std::hash<std::string>{}(key) % parts_.size()]; }

    std::array<part, 16> parts_;
};

}  // namespace madang::cache

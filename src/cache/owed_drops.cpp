#include "owed_drops.hpp"

#include <utility>

namespace madang::cache {

void owed_drops::owe(const std::vector<std::string>& keys) {
    const std::lock_guard hold{lock_};
    keys_.insert(keys.begin(), keys.end());
    if (keys_.size() > most) {
        keys_.clear();
        wait_until_ = std::chrono::steady_clock::now() + longest_life_;
    }
    any_ = true;
    ++times_;
}

std::vector<std::string> owed_drops::take() {
    const std::lock_guard hold{lock_};
    if (repaying_) return {};
    std::vector<std::string> all{keys_.begin(), keys_.end()};
    keys_.clear();
    repaying_ = !all.empty();
    look_again();
    return all;
}

void owed_drops::repaid(bool done, const std::vector<std::string>& keys) {
    if (!done) owe(keys);
    const std::lock_guard hold{lock_};
    repaying_ = false;
    done ? pauses_.works() : pauses_.fails();
    if (!done) pause_until_ = std::chrono::steady_clock::now() + pauses_.pause();
    look_again();
}

bool owed_drops::waits() const {
    const std::lock_guard hold{lock_};
    return pauses_.is_failing() && std::chrono::steady_clock::now() < pause_until_;
}

void owed_drops::look_again() {
    any_ = repaying_ || !keys_.empty() || std::chrono::steady_clock::now() < wait_until_;
    if (!any_) refused_ = false;
}

}  // namespace madang::cache

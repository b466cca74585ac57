#include "madang/domain/revocations.hpp"

#include <mutex>

namespace madang::domain {

bool revocations::ended(session_id session) const {
    const std::shared_lock hold{lock_};
    return ended_.contains(session);
}

std::vector<session_id> revocations::add(std::span<const session_id> sessions, timestamp now) {
    std::vector<session_id> fresh;
    const std::unique_lock hold{lock_};
    if (now - swept_ > keep_) {
        std::erase_if(ended_, [&](const auto& entry) { return entry.second < now; });
        swept_ = now;
    }
    for (const auto session : sessions)
        if (ended_.emplace(session, now + keep_).second) fresh.push_back(session);
    return fresh;
}

}  // namespace madang::domain

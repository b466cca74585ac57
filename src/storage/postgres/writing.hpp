// What a piece of writing to a room works with, inside its transaction; and what is done with it after the commit.
#pragma once

#include "madang/domain/ports/room_log.hpp"
#include "postgres/database.hpp"

#include <atomic>
#include <utility>
#include <vector>

namespace madang::storage::postgres {

struct writing {
    database& db;
    timestamp now;
    std::vector<domain::commit>& commits;  // told to the listener when the transaction is committed
    const domain::room_limits& limits;
};

// Who is told of commits. Thread-safe.
class announcer {
public:
    void set(domain::commit_listener* listener) noexcept { listener_ = listener; }
    void tell(std::vector<domain::commit> commits) const {
        auto* const listener = listener_.load();
        if (listener != nullptr && !commits.empty()) listener->committed(std::move(commits));
    }

private:
    std::atomic<domain::commit_listener*> listener_{nullptr};
};

}  // namespace madang::storage::postgres

// Rooms in which something may have been committed without anybody being told, because the outcome was lost with its connection,
// and whom it let in or out. Not thread-safe.
#pragma once

#include "madang/domain/event.hpp"
#include "postgres/statements.hpp"

#include <map>
#include <set>
#include <vector>

namespace madang::storage::postgres {

class untold {
public:
    void add(room_id room) { rooms_[room]; }
    void add(const std::vector<domain::commit>& lost);
    void add(const untold& others);
    [[nodiscard]] bool empty() const noexcept { return rooms_.empty(); }

    // Their last events, from which the feeds find out what else they have missed, and who of those people has a seat now; and
    // what is to be told of the answers.
    [[nodiscard]] statements to_ask() const;
    [[nodiscard]] std::vector<domain::commit> to_tell(const answers& found) const;

private:
    std::map<room_id, std::set<user_id>> rooms_;
};

}  // namespace madang::storage::postgres

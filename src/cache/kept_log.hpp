// Reading rooms' logs with parts of them kept as they are sent: equal stretches, as JSON, in this process alone.
//
// A part is shown to who has just been told by the database of their seat, the room's head and its newest edit or deletion. If
// that had come when the part was read (`as_of`: where the room stood before), nothing in it has changed since, and it is what
// the database would answer. So nobody need make parts void, and what other nodes and the command line do, and what a bus loses,
// is of no concern. Places carry the epoch that came with the seat.
// Thread-safe; outlives its coroutines.
#pragma once

#include "madang/cache/log_parts.hpp"
#include "madang/domain/ports/room_store.hpp"
#include "madang/observe/metrics.hpp"

#include <string>
#include <vector>

namespace madang::cache {

class kept_log {
public:
    using seen_log = domain::room_store::seen_log;

    kept_log(log_parts& parts, domain::room_store& store, metrics::registry& m);

    // room_store::log_seen_by
    async_result<seen_log> seen_by(user_id me, room_id room, seq_t after, std::size_t limit) const;

private:
    static constexpr seq_t length = 64;  // events of a part

    // A page, and the parts in which it lies.
    struct reading {
        std::string epoch;
        room_id room;
        seq_t last_change = 0;
        seq_t head = 0;
        seq_t after = 0;
        seq_t last = 0;
        seq_t first_part = 0;
        std::vector<log_part_ptr> parts;

        [[nodiscard]] log_parts::place place(std::size_t at) const { return {epoch, room, first_part + static_cast<seq_t>(at)}; }
        [[nodiscard]] seq_t before(std::size_t at) const { return (first_part + static_cast<seq_t>(at)) * length; }
        [[nodiscard]] bool has(std::size_t at) const;
        [[nodiscard]] bool is_news() const;
    };

    void look(reading& r) const;
    async_result<> load(reading& r, std::size_t from, std::size_t to) const;
    [[nodiscard]] static bool put_together(const reading& r, seen_log& seen);

    log_parts& parts_;
    domain::room_store& store_;
    metrics::counter& hits_;
    metrics::counter& misses_;
};

}  // namespace madang::cache

#include "postgres/events.hpp"

#include "event_columns.hpp"
#include "madang/domain/ports/room_store.hpp"

#include <utility>

namespace madang::storage::postgres {

using namespace domain;

event event_at(const row& r, room_id room, int first) {
    event_columns c;
    c.ordinal = r.get<std::optional<ordinal_t>>(first + 4);
    c.key = r.get<std::optional<std::string>>(first + 5);
    c.target = r.get<std::optional<seq_t>>(first + 6);
    c.subject = r.get<std::optional<user_id>>(first + 7);
    c.value = r.get<std::optional<std::int64_t>>(first + 8);
    c.body = r.get<std::optional<std::string>>(first + 11);
    const auto edited_at = r.get<std::optional<timestamp>>(first + 9);
    const auto deleted_at = r.get<std::optional<timestamp>>(first + 10);
    return {room, r.get<seq_t>(first), r.get<user_id>(first + 2), r.get<timestamp>(first + 3),
            body_from(r.get<event_kind>(first + 1), std::move(c), edited_at, deleted_at)};
}

// The log of room $1 after $2, and what of it $4 may see: for a stranger the subquery is NULL, and nothing is found.
#define AFTER "WHERE e.room_id = $1 AND e.seq > $2 "
#define SEEN_AFTER AFTER "AND e.seq > (SELECT visible_from FROM members WHERE room_id = $1 AND user_id = $4 AND NOT hidden) "

#define SMALL_LOG(which) "SELECT " EVENT_COLUMNS " FROM events e " which "ORDER BY e.seq LIMIT $3"

// `text_before` leaves out the row before, so the server sends one row more than log_in() wants and none of what follows: a
// thousand long messages need not cross the wire to be dropped. For a small page that is more work than it saves.
#define LOG(which, weight)                                                                                       \
    "SELECT " EVENT_COLUMNS " FROM (SELECT " EVENT_COLUMNS                                                       \
    ", sum(CASE WHEN e.kind = 1 THEN octet_length(e.body) END) "                                                 \
    "OVER (ORDER BY e.seq ROWS BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING) AS text_before FROM events e " which \
    "ORDER BY e.seq LIMIT $3) e WHERE coalesce(e.text_before, 0) < " weight " ORDER BY e.seq"

statements log_after(room_id room, seq_t after, std::size_t limit) {
    if (limit <= small_page) return statements::of(SMALL_LOG(AFTER), room, after, limit);
    return statements::of(LOG(AFTER, "$4"), room, after, limit, page_weight);
}

void ask_log_seen_by(statements& ask, user_id me, room_id room, seq_t after, std::size_t limit) {
    if (limit <= small_page)
        ask.add(SMALL_LOG(SEEN_AFTER), room, after, limit, me);
    else
        ask.add(LOG(SEEN_AFTER, "$5"), room, after, limit, me, page_weight);
}

std::vector<event> log_in(const rows& found, room_id room) {
    std::vector<event> log;
    log.reserve(found.size());
    std::size_t weight = 0;
    for (const auto r : found) {
        if (weight >= page_weight) break;
        log.push_back(event_at(r, room));
        weight += log.back().weight();
    }
    return log;
}

}  // namespace madang::storage::postgres

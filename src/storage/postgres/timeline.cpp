// The timeline: messages, joins, leaves and renames, with everything applied to them that came later.
#include "postgres/events.hpp"
#include "postgres/rooms.hpp"
#include "postgres/work.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace madang::storage::postgres {

using namespace domain;

namespace {

// Of room $1 what $2 may see: for a stranger the subquery is NULL, and nothing is found.
#define SEEN                                                     \
    " FROM events e WHERE room_id = $1 AND kind <= 4 AND seq > " \
    "(SELECT visible_from FROM members WHERE room_id = $1 AND user_id = $2 AND NOT hidden) "
#define BACKWARDS SEEN "AND seq < $3 ORDER BY seq DESC LIMIT $4"
#define FORWARDS SEEN "AND seq > $3 ORDER BY seq LIMIT $4"
// The newest of all, whoever asks.
#define NEWEST " FROM events e WHERE room_id = $1 AND kind <= 4 ORDER BY seq DESC LIMIT $2"

// Of a page that is not small the server sends no more than one row that does not fit, as in log_after().
#define SMALL_ITEMS(part, order) "SELECT " EVENT_COLUMNS " FROM (SELECT *" part ") e ORDER BY e.seq " order
#define ITEMS(part, order, weight)                                                                       \
    "SELECT " EVENT_COLUMNS " FROM (SELECT " EVENT_COLUMNS                                               \
    ", sum(CASE WHEN kind = 1 THEN octet_length(body) END) "                                             \
    "OVER (ORDER BY seq " order " ROWS BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING) AS text_before" part \
    ") e WHERE coalesce(e.text_before, 0) < " weight " ORDER BY e.seq " order

#define REACTIONS(mine, range)                                                           \
    "SELECT seq, emoji, count(*), " mine " FROM reactions WHERE room_id = $1 AND " range \
    " GROUP BY seq, emoji ORDER BY seq, emoji"

#define MINE "bool_or(user_id = $2)"

// Where a page goes from where the reader stands, and how far.
struct part {
    seq_t from = 0;  // exclusive
    std::size_t limit = 0;
};
struct parts {
    std::optional<part> before, after;
};

parts parts_of(const timeline_range& range) {
    if (range.after) return {{}, part{*range.after, range.limit}};
    if (range.around != 0) return {part{range.around, range.limit / 2}, part{range.around - 1, range.limit - range.limit / 2}};
    return {part{range.before != 0 ? range.before : std::numeric_limits<seq_t>::max(), range.limit}, {}};
}

// A part's rows, from the reader outwards, with one more that says whether there is more; and the reactions to them.
void ask_before(statements& ask, user_id me, room_id room, part p) {
    if (p.limit <= small_page)
        ask.add(SMALL_ITEMS(BACKWARDS, "DESC"), room, me, p.from, p.limit + 1);
    else
        ask.add(ITEMS(BACKWARDS, "DESC", "$5"), room, me, p.from, p.limit + 1, page_weight);
    ask.add(REACTIONS(MINE, "seq >= (SELECT min(seq) FROM (SELECT seq" BACKWARDS ") page) AND seq < $3"), room, me, p.from,
            p.limit);
}

void ask_after(statements& ask, user_id me, room_id room, part p) {
    if (p.limit <= small_page)
        ask.add(SMALL_ITEMS(FORWARDS, "ASC"), room, me, p.from, p.limit + 1);
    else
        ask.add(ITEMS(FORWARDS, "ASC", "$5"), room, me, p.from, p.limit + 1, page_weight);
    ask.add(REACTIONS(MINE, "seq BETWEEN (SELECT seq" SEEN "AND seq > $3 ORDER BY seq LIMIT 1) AND "
                            "(SELECT max(seq) FROM (SELECT seq" FORWARDS ") page)"),
            room, me, p.from, p.limit);
}

// How many have read how far.
void ask_marks(statements& ask, room_id room) {
    ask.add("SELECT read_ordinal, count(*) FROM members WHERE room_id = $1 GROUP BY read_ordinal ORDER BY read_ordinal", room);
}

// Appends a part's items while they fit; true when those are all that there are.
bool load(const rows& found, room_id room, std::size_t limit, std::size_t weight, std::vector<timeline_item>& items) {
    const auto wanted = std::min(found.size(), limit);
    for (std::size_t at = 0; at < wanted; ++at) {
        items.push_back({event_at(found[at], room), {}, 0});
        const auto added = items.back().event.weight();
        if (added >= weight) return at + 1 == found.size();
        weight -= added;
    }
    return wanted == found.size();
}

// Both are in the order of seqs. Reactions to what did not fit are passed over.
void add_reactions(const rows& found, std::vector<timeline_item>& items) {
    auto item = items.begin();
    for (const auto r : found) {
        const auto seq = r.get<seq_t>(0);
        while (item != items.end() && item->event.seq < seq) ++item;
        if (item == items.end()) return;
        if (item->event.seq == seq) item->reactions.push_back({r.get<std::string>(1), r.get<std::int64_t>(2), r.get<bool>(3)});
    }
}

// How many have not read a message: messages and marks are both in order. The author's own mark is never behind the message,
// for posting moves it and joining again does too.
void add_unread(const rows& marks, std::vector<timeline_item>& items) {
    std::int64_t behind = 0;
    std::size_t at = 0;
    for (auto& item : items) {
        const auto* m = std::get_if<message_posted>(&item.event.body);
        if (m == nullptr) continue;
        for (; at < marks.size() && marks[at].get<ordinal_t>(0) < m->ordinal; ++at) behind += marks[at].get<std::int64_t>(1);
        item.unread_by = behind;
    }
}

statements ask_page(user_id me, room_id room, const timeline_range& range) {
    const auto [before, after] = parts_of(range);
    auto ask = seat_seen_by(me, room);
    ask_marks(ask, room);
    if (before) ask_before(ask, me, room, *before);
    if (after) ask_after(ask, me, room, *after);
    return ask;
}

// The newest page, as ask_page() asks for it, from the seat of nobody: who sees all, and has not reacted.
statements ask_newest(room_id room, std::size_t limit) {
    auto ask = statements::of("SELECT 0, last_seq FROM rooms WHERE id = $1", room);
    ask_marks(ask, room);
    if (limit <= small_page)
        ask.add(SMALL_ITEMS(NEWEST, "DESC"), room, limit + 1);
    else
        ask.add(ITEMS(NEWEST, "DESC", "$3"), room, limit + 1, page_weight);
    ask.add(REACTIONS("false", "seq >= (SELECT min(seq) FROM (SELECT seq" NEWEST ") page)"), room, limit);
    return ask;
}

// What ask_page() asked for, loaded from the reader outwards, so that what does not fit is what is farthest away.
timeline_page page_in(const answers& found, room_id room, const timeline_range& range) {
    const auto [before, after] = parts_of(range);
    const rows older = before ? found[2] : rows{};
    const rows newer = after ? found[found.size() - 2] : rows{};
    const bool share = before && after && before->limit > 0 && !older.empty() && !newer.empty();
    const auto weight = share ? page_weight / 2 : page_weight;
    timeline_page page;
    const bool all_older = !before || load(older, room, before->limit, weight, page.items);
    std::ranges::reverse(page.items);
    const bool all_newer = !after || load(newer, room, after->limit, weight, page.items);
    page.has_more = !all_older || !all_newer;
    for (std::size_t at = 3; at < found.size(); at += 2) add_reactions(found[at], page.items);
    add_unread(found[1], page.items);
    page.last_seq = found[0].front().get<seq_t>(1);
    return page;
}

}  // namespace

async_result<timeline_page> rooms::timeline(user_id me, room_id room, timeline_range range) {
    return read<timeline_page>(reads_, ask_page(me, room, range), [room, range](const answers& found) -> result<timeline_page> {
        if (found[0].empty()) return errc::not_a_member;
        return page_in(found, room, range);
    });
}

async_result<timeline_page> rooms::newest_page(room_id room, std::size_t limit) {
    const timeline_range newest{.before = 0, .after = {}, .around = 0, .limit = limit};
    return read<timeline_page>(reads_, ask_newest(room, limit), [room, newest](const answers& found) -> result<timeline_page> {
        if (found[0].empty()) return timeline_page{};
        return page_in(found, room, newest);
    });
}

// The page of one that begins there, if it does begin there and with a message.
async_result<timeline_item> rooms::message(user_id me, room_id room, seq_t seq) {
    const timeline_range one{.before = 0, .after = seq - 1, .around = 0, .limit = 1};
    return read<timeline_item>(reads_, ask_page(me, room, one), [room, seq, one](const answers& found) -> result<timeline_item> {
        if (found[0].empty()) return errc::not_a_member;
        auto page = page_in(found, room, one);
        if (page.items.empty()) return errc::not_found;
        auto& item = page.items.front();
        if (item.event.seq != seq || item.event.kind() != event_kind::message) return errc::not_found;
        return std::move(item);
    });
}

}  // namespace madang::storage::postgres

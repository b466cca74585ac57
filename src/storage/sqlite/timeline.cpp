// The timeline: messages, joins, leaves and renames, with everything applied to them that came later.
#include "sqlite/events.hpp"
#include "sqlite/rooms.hpp"
#include "sqlite/seats.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace madang::storage::sqlite {

using namespace domain;

namespace {

struct some_seqs {
    std::vector<seq_t> seqs;
    bool more = false;  // than `limit`
};

some_seqs first_of(query rows, std::size_t limit) {
    some_seqs found;
    while (found.seqs.size() < limit && rows.step()) found.seqs.push_back(rows.get<seq_t>(0));
    found.more = found.seqs.size() == limit && rows.step();
    return found;
}

// The last ones before `before`, oldest first.
some_seqs backwards(database& db, room_id room, seq_t visible_from, seq_t before, std::size_t limit) {
    auto found =
        first_of(db.run("SELECT seq FROM events INDEXED BY events_timeline WHERE room = ? AND kind <= 4 AND seq > ? AND seq < ? "
                        "ORDER BY seq DESC",
                        room, visible_from, before),
                 limit);
    std::ranges::reverse(found.seqs);
    return found;
}

some_seqs forwards(database& db, room_id room, seq_t after, std::size_t limit) {
    return first_of(
        db.run("SELECT seq FROM events INDEXED BY events_timeline WHERE room = ? AND kind <= 4 AND seq > ? ORDER BY seq", room,
               after),
        limit);
}

// The half before `around`, and from it on.
some_seqs both_ways(database& db, room_id room, seq_t visible_from, seq_t around, std::size_t limit) {
    auto found = backwards(db, room, visible_from, around, limit / 2);
    const auto rest = forwards(db, room, std::max(visible_from, around - 1), limit - limit / 2);
    found.seqs.insert(found.seqs.end(), rest.seqs.begin(), rest.seqs.end());
    found.more = found.more || rest.more;
    return found;
}

some_seqs seqs_in(database& db, const seat_row& seat, const timeline_range& range) {
    if (range.after) return forwards(db, seat.room, std::max(seat.visible_from, *range.after), range.limit);
    if (range.around != 0) return both_ways(db, seat.room, seat.visible_from, range.around, range.limit);
    const auto before = range.before != 0 ? range.before : std::numeric_limits<seq_t>::max();
    return backwards(db, seat.room, seat.visible_from, before, range.limit);
}

// One query for a page. `items` is ordered by seq, and so are the rows.
void add_reactions(database& db, room_id room, user_id me, std::vector<timeline_item>& items) {
    if (items.empty()) return;
    auto rows = db.run(
        "SELECT seq, emoji, count(*), sum(user = ?) FROM reactions WHERE room = ? AND seq BETWEEN ? AND ? GROUP BY seq, emoji",
        me, room, items.front().event.seq, items.back().event.seq);
    auto item = items.begin();
    while (rows.step()) {
        const auto seq = rows.get<seq_t>(0);
        while (item->event.seq < seq) ++item;
        item->reactions.push_back({rows.get<std::string>(1), rows.get<std::int64_t>(2), rows.get<bool>(3)});
    }
}

// How many have not read a message: one look at all read marks for the whole page. The author's own mark is never behind the
// message, for posting moves it and joining again does too.
void add_unread(database& db, room_id room, std::vector<timeline_item>& items) {
    std::vector<ordinal_t> marks;
    auto rows = db.run("SELECT read_ordinal FROM members WHERE room = ?", room);
    while (rows.step()) marks.push_back(rows.get<ordinal_t>(0));
    std::ranges::sort(marks);
    for (auto& item : items)
        if (const auto* m = std::get_if<message_posted>(&item.event.body))
            item.unread_by = std::ranges::lower_bound(marks, m->ordinal) - marks.begin();
}

// Appends the events of `seqs`, in that order, until `weight` bytes of text are reached; true when all of them are there.
bool load(database& db, room_id room, std::span<const seq_t> seqs, std::size_t weight, std::vector<timeline_item>& items) {
    for (const auto seq : seqs) {
        items.push_back({*event_at(db, room, seq), {}, 0});
        const auto added = items.back().event.weight();
        if (added >= weight) return seq == seqs.back();
        weight -= added;
    }
    return true;
}

// From where the reader stands outwards, so that what does not fit is what is farthest away.
void fill(database& db, room_id room, const timeline_range& range, std::vector<seq_t> seqs, timeline_page& page) {
    const auto pivot = range.after ? seqs.begin() : range.around == 0 ? seqs.end() : std::ranges::lower_bound(seqs, range.around);
    const std::size_t weight = pivot == seqs.begin() || pivot == seqs.end() ? page_weight : page_weight / 2;
    std::reverse(seqs.begin(), pivot);
    const auto before = static_cast<std::size_t>(pivot - seqs.begin());
    const bool all_before = load(db, room, std::span{seqs}.first(before), weight, page.items);
    std::ranges::reverse(page.items);
    const bool all_after = load(db, room, std::span{seqs}.subspan(before), weight, page.items);
    page.has_more = page.has_more || !all_before || !all_after;
}

timeline_page page_from(database& db, const seat_row& seat, const timeline_range& range) {
    const auto found = seqs_in(db, seat, range);
    timeline_page page;
    page.has_more = found.more;
    fill(db, seat.room, range, found.seqs, page);
    add_reactions(db, seat.room, seat.user, page.items);
    add_unread(db, seat.room, page.items);
    page.last_seq = seat.last_seq;
    return page;
}

// Where nobody sits, whose reactions are none, and sees everything. Nothing for an unknown room.
std::optional<seat_row> seat_of_nobody(database& db, room_id room) {
    auto row = db.run("SELECT last_seq FROM rooms WHERE id = ?", room);
    if (!row.step()) return std::nullopt;
    seat_row seat;
    seat.room = room;
    seat.last_seq = row.get<seq_t>(0);
    return seat;
}

}  // namespace

async_result<timeline_page> rooms::timeline(user_id me, room_id room, timeline_range range) {
    return read<timeline_page>(readers_, [me, room, range](database& db) -> result<timeline_page> {
        const auto seat = seat_in(db, room, me);
        if (!seat) return errc::not_a_member;
        return page_from(db, *seat, range);
    });
}

async_result<timeline_page> rooms::newest_page(room_id room, std::size_t limit) {
    return read<timeline_page>(readers_, [room, limit](database& db) -> result<timeline_page> {
        const auto seat = seat_of_nobody(db, room);
        if (!seat) return timeline_page{};
        return page_from(db, *seat, {.before = 0, .after = {}, .around = 0, .limit = limit});
    });
}

async_result<timeline_item> rooms::message(user_id me, room_id room, seq_t seq) {
    return read<timeline_item>(readers_, [me, room, seq](database& db) -> result<timeline_item> {
        const auto seat = seat_in(db, room, me);
        if (!seat) return errc::not_a_member;
        auto found = visible_message(db, room, seq, seat->visible_from);
        if (!found) return errc::not_found;
        std::vector<timeline_item> one;
        one.push_back({std::move(*found), {}, 0});
        add_reactions(db, room, me, one);
        add_unread(db, room, one);
        return std::move(one.front());
    });
}

}  // namespace madang::storage::sqlite

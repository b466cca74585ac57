#include "kept_log.hpp"

#include <algorithm>

namespace madang::cache {

using namespace domain;

kept_log::kept_log(log_parts& parts, room_store& store, metrics::registry& m)
    : parts_(parts),
      store_(store),
      hits_(m.add_counter("madang_cache_log_hits_total", "Parts of rooms' logs that were kept.")),
      misses_(m.add_counter("madang_cache_log_misses_total", "Parts of rooms' logs that were read, or read on.")) {}

// As far as the page needs it.
bool kept_log::reading::has(std::size_t at) const {
    return parts[at] && parts[at]->log.last() >= std::min(before(at) + length, last);
}

// Of a part that is not full and not kept: who follows a room reads what is new, and need not read the rest of it.
bool kept_log::reading::is_news() const { return parts.size() == 1 && !parts[0] && head < before(1); }

async_result<kept_log::seen_log> kept_log::seen_by(user_id me, room_id room, seq_t after, std::size_t limit) const {
    auto by = co_await store_.log_seat_of(me, room);
    if (!by) co_return by.error();
    seen_log seen{by->where, {}};
    reading r;
    r.epoch = std::move(by->epoch);
    r.room = room;
    r.last_change = by->last_change;
    r.head = by->where.last_seq;
    r.after = std::max(after, by->where.visible_from);
    r.last = std::min(r.after + static_cast<seq_t>(limit), r.head);
    if (r.after >= r.last) co_return seen;
    r.first_part = r.after / length;
    r.parts.resize(static_cast<std::size_t>((r.last - 1) / length - r.first_part + 1));
    look(r);
    if (r.is_news()) {
        const auto news = co_await store_.events(room, r.after, static_cast<std::size_t>(r.last - r.after));
        if (!news) co_return news.error();
        seen.log = log_text{*news, by->where.visible_from};
        co_return seen;
    }
    for (std::size_t from = 0; from < r.parts.size(); ++from) {
        auto to = from;
        while (to < r.parts.size() && !r.has(to)) ++to;
        if (to == from) continue;
        const auto done = co_await load(r, from, to);
        if (!done) co_return done.error();
        from = to;
    }
    if (!put_together(r, seen)) co_return co_await store_.log_seen_by(me, room, after, limit);
    co_return seen;
}

// What is kept and still as it was.
void kept_log::look(reading& r) const {
    for (std::size_t at = 0; at < r.parts.size(); ++at) {
        auto there = parts_.find(r.place(at));
        if (there && there->as_of >= r.last_change) r.parts[at] = std::move(there);
        if (r.has(at)) hits_.add();
    }
}

// Parts that are not there, or do not reach far enough; of the first one what it lacks. As much as the store gives at once.
async_result<> kept_log::load(reading& r, std::size_t from, std::size_t to) const {
    std::vector<log_part> fresh(to - from);
    if (r.parts[from]) fresh[0] = *r.parts[from];
    const seq_t after = std::max(r.before(from), fresh[0].log.last());
    const auto events = co_await store_.events(r.room, after, static_cast<std::size_t>(r.before(to) - after));
    if (!events) co_return events.error();
    misses_.add(fresh.size());
    seq_t next = after;
    for (const auto& e : *events) {
        if (e.seq != ++next) break;  // somebody has taken a row out of the log
        auto& p = fresh[static_cast<std::size_t>(e.seq - 1 - r.before(from)) / length];
        p.log.add(e);
        if (e.target() != 0 && (p.first_about == 0 || e.target() < p.first_about)) p.first_about = e.target();
    }
    for (auto at = from; at < to; ++at) {
        auto& p = fresh[at - from];
        p.as_of = r.head;
        p.log.shrink();
        r.parts[at] = std::make_shared<const log_part>(std::move(p));
        if (!r.parts[at]->log.empty()) parts_.put(r.place(at), r.parts[at]);
    }
    co_return result<>{};
}

// False where the page has to be read by itself: something in it is about what was before this reader, or the parts hold more
// text than is read at once.
bool kept_log::put_together(const reading& r, seen_log& seen) {
    std::size_t bytes = 0;
    for (const auto& p : r.parts) {
        if (!p) return false;
        if (p->first_about != 0 && p->first_about <= seen.where.visible_from) return false;
        bytes += p->log.json(r.after, r.last).size() + 1;
    }
    seen.log.reserve(static_cast<std::size_t>(r.last - r.after), bytes);
    for (std::size_t at = 0; at < r.parts.size(); ++at) {
        seen.log.add(r.parts[at]->log, r.after, r.last, page_weight);
        if (seen.log.weight() >= page_weight) break;
        if (!r.has(at)) return false;
    }
    return true;
}

}  // namespace madang::cache

#include "cached_rooms.hpp"

#include "kept.hpp"

#include <algorithm>
#include <tuple>

namespace madang::cache {

using namespace domain;

namespace {

using places = beginning<place>;
using shown = room_face::shown;

// Newest first, those after the cursor.
bool is_after(const room_face& r, const room_cursor& c) { return std::tie(r.last_at, r.id) < std::tie(c.last_at, c.id); }
bool is_newer(const room_face& a, const room_face& b) { return std::tie(a.last_at, a.id) > std::tie(b.last_at, b.id); }

// A room as who has this place sees it.
room_view view_of(room_face&& face, const place& mine) {
    room_view view;
    view.id = face.id;
    view.kind = face.kind;
    view.name = std::move(face.name);
    view.member_count = face.member_count;
    view.last_seq = face.last_seq;
    view.last_ordinal = face.last_ordinal;
    view.created_at = face.created_at;
    view.last_at = face.last_at;
    if (face.last_message && face.last_message->seq > mine.visible_from) view.last_message = std::move(face.last_message);
    view.role = mine.role;
    view.read_ordinal = mine.read_ordinal;
    view.muted = mine.muted;
    return view;
}

// False when one of them is not there.
bool complete(std::vector<member>& to, const std::vector<shown>& kept, const people::by_id& users) {
    to.reserve(kept.size());
    for (const auto& m : kept) {
        const auto who = users.find(m.user);
        if (who == users.end()) return false;
        to.push_back({who->second, m.role, m.joined_at, m.read_ordinal});
    }
    return true;
}

}  // namespace

async_result<std::vector<room_view>> cached_rooms::rooms_of(user_id me, std::optional<room_cursor> after, std::size_t limit) {
    auto kept = co_await kept_rooms(me, after, limit);
    if (!kept) co_return kept.error();
    if (*kept) co_return std::move(**kept);
    co_return co_await store_.rooms_of(me, after, limit);
}

cached_rooms::if_kept<std::vector<room_view>> cached_rooms::kept_rooms(user_id me, std::optional<room_cursor> after,
                                                                       std::size_t limit) {
    std::function<async_result<places>()> load_places = [&store = store_, me]() -> async_result<places> {
        auto found = co_await store.places_of(me, most_places + 1);
        if (!found) co_return found.error();
        places all;
        all.whole = found->size() <= most_places;
        if (all.whole) all.items = std::move(*found);
        co_return all;
    };
    const auto mine = co_await kept_.one<places>(kind::places, me.value, std::move(load_places));
    if (!mine) co_return mine.error();
    if (!*mine || !(*mine)->whole) co_return std::nullopt;
    const auto& seats = (*mine)->items;

    std::vector<room_id> rooms;
    rooms.reserve(seats.size());
    for (const auto& p : seats) rooms.push_back(p.room);
    std::function<async_result<std::vector<room_face>>(std::vector<room_id>)> load_faces =
        [&store = store_](std::vector<room_id> missing) { return store.faces(std::move(missing)); };
    auto faces = co_await kept_.many<room_face, room_id>(kind::face, std::move(rooms), std::move(load_faces),
                                                         [](const room_face& r) { return r.id; });
    if (!faces) co_return faces.error();

    std::vector<std::pair<room_face*, const place*>> page;
    for (std::size_t at = 0; at < seats.size(); ++at) {
        auto& face = (*faces)[at];
        // The two are kept apart. Nobody has read beyond the end: then the room is older than the place.
        if (!face || face->last_ordinal < seats[at].read_ordinal) co_return std::nullopt;
        if (!after || is_after(*face, *after)) page.emplace_back(&*face, &seats[at]);
    }
    std::ranges::sort(page, [](const auto& a, const auto& b) { return is_newer(*a.first, *b.first); });
    page.resize(std::min(page.size(), limit));

    std::vector<user_id> wanted;
    for (const auto& [face, unused] : page)
        for (const auto& m : face->members) wanted.push_back(m.user);
    const auto users = co_await people_.find(std::move(wanted));
    if (!users) co_return users.error();
    std::vector<room_view> views;
    views.reserve(page.size());
    for (const auto& [face, at] : page) {
        const auto members = std::move(face->members);
        views.push_back(view_of(std::move(*face), *at));
        if (!complete(views.back().members, members, *users)) co_return std::nullopt;
    }
    co_return views;
}

async_result<std::vector<member>> cached_rooms::members(room_id room, user_id after, std::size_t limit) {
    if (!after) {
        auto kept = co_await kept_members(room, after, limit);
        if (!kept) co_return kept.error();
        if (*kept) co_return std::move(**kept);
    }
    co_return co_await store_.members(room, after, limit);
}

cached_rooms::if_kept<std::vector<member>> cached_rooms::kept_members(room_id room, user_id after, std::size_t limit) {
    using list = beginning<shown>;
    std::function<async_result<list>()> load = [&store = store_, room, after]() -> async_result<list> {
        const auto found = co_await store.members(room, after, most_members + 1);
        if (!found) co_return found.error();
        list all;
        all.whole = found->size() <= most_members;
        all.items.reserve(found->size());
        for (const auto& m : *found) all.items.push_back({m.user.id, m.role, m.joined_at, m.read_ordinal});
        if (!all.whole) all.items.pop_back();
        co_return all;
    };
    auto kept = co_await kept_.one<list>(kind::members, room.value, std::move(load));
    if (!kept) co_return kept.error();
    if (!*kept || (!(*kept)->whole && (*kept)->items.size() < limit)) co_return std::nullopt;
    auto& page = (*kept)->items;
    page.resize(std::min(page.size(), limit));

    std::vector<user_id> wanted;
    wanted.reserve(page.size());
    for (const auto& m : page) wanted.push_back(m.user);
    const auto users = co_await people_.find(std::move(wanted));
    if (!users) co_return users.error();
    std::vector<member> members;
    if (!complete(members, page, *users)) co_return std::nullopt;
    co_return members;
}

async_result<timeline_page> cached_rooms::timeline(user_id me, room_id room, timeline_range range) {
    const bool newest = range.before == 0 && !range.after && range.around == 0 && range.limit <= most_items;
    if (newest) {
        const auto mine = co_await store_.seat_of(me, room);
        if (!mine) co_return mine.error();
        auto kept = co_await kept_page(me, room, range.limit, *mine);
        if (!kept) co_return kept.error();
        if (*kept) co_return std::move(**kept);
    }
    co_return co_await store_.timeline(me, room, range);
}

cached_rooms::if_kept<timeline_page> cached_rooms::kept_page(user_id me, room_id room, std::size_t limit, seat mine) {
    std::function<async_result<timeline_page>()> load = [&store = store_, room] {
        return store.newest_page(room, most_items + 1);
    };
    auto kept = co_await kept_.one<timeline_page>(kind::newest, room.value, std::move(load));
    if (!kept) co_return kept.error();
    // Every event takes a number: an older page has another end than the seat, and so has one that is newer than the seat.
    if (!*kept || (*kept)->last_seq != mine.last_seq) co_return std::nullopt;
    auto& page = **kept;
    const auto there = page.items.size();
    std::erase_if(page.items, [&](const timeline_item& i) { return i.event.seq <= mine.visible_from; });
    const bool sees_all = page.items.size() == there;
    if (page.items.size() > limit) {
        page.items.erase(page.items.begin(), page.items.end() - static_cast<std::ptrdiff_t>(limit));
        page.has_more = true;
    } else if (!sees_all) {
        page.has_more = false;
    } else if (page.has_more) {
        co_return std::nullopt;  // it ended by its weight
    }
    const auto same = co_await mark_mine(me, room, page);
    if (!same) co_return same.error();
    if (!*same) co_return std::nullopt;
    co_return std::move(page);
}

// False when the room has changed meanwhile, and with it perhaps the reactions.
async_result<bool> cached_rooms::mark_mine(user_id me, room_id room, timeline_page& page) {
    const auto first = std::ranges::find_if(page.items, [](const timeline_item& i) { return !i.reactions.empty(); });
    if (first == page.items.end()) co_return true;
    const auto own = co_await store_.own_reactions(me, room, first->event.seq);
    if (!own) co_return own.error();
    for (const auto& mine : *own) {
        const auto item = std::ranges::find(page.items, mine.seq, [](const timeline_item& i) { return i.event.seq; });
        if (item == page.items.end()) continue;
        const auto same = std::ranges::find(item->reactions, mine.emoji, &reaction_count::emoji);
        if (same != item->reactions.end()) same->mine = true;
    }
    const auto still = co_await store_.seat_of(me, room);
    if (!still) co_return still.error();
    co_return still->last_seq == page.last_seq;
}

}  // namespace madang::cache

#include "sqlite/rooms.hpp"

#include "sqlite/events.hpp"
#include "sqlite/room_members.hpp"
#include "sqlite/room_views.hpp"
#include "sqlite/seats.hpp"

#include <limits>

namespace madang::storage::sqlite {

using namespace domain;

std::optional<std::string> epoch_of(database& db) {
    if (!db.any("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'")) return std::nullopt;
    auto row = db.run("SELECT value FROM meta WHERE name = 'epoch'");
    if (!row.step()) return std::nullopt;
    return row.get<std::string>(0);
}

async_result<std::string> rooms::epoch() {
    return read<std::string>(readers_, [](database& db) -> result<std::string> {
        auto found = epoch_of(db);
        if (!found) return errc::unavailable;
        return std::move(*found);
    });
}

// The order is the rooms', the choice the member's, so no index can serve both: a person's rooms (1000 at most) are sorted,
// the only sort in this module. Keeping the order with each member would cost a write for every member and message.
async_result<std::vector<room_view>> rooms::rooms_of(user_id me, std::optional<room_cursor> after, std::size_t limit) {
    using page = std::vector<room_view>;
    const room_cursor start{timestamp::max(), room_id{std::numeric_limits<std::int64_t>::max()}};
    return read<page>(readers_, [me, from = after.value_or(start), limit](database& db) -> result<page> {
        auto rows = db.run(
            "SELECT r.id FROM members m JOIN rooms r ON r.id = m.room WHERE m.user = ? AND m.hidden = 0 AND (r.last_at, r.id) < "
            "(?, ?) "
            "ORDER BY r.last_at DESC, r.id DESC LIMIT ?",
            me, from.last_at, from.id, limit);
        page views;
        while (rows.step()) views.push_back(*room_seen_by(db, me, rows.get<room_id>(0)));
        return views;
    });
}

async_result<room_view> rooms::room_of(user_id me, room_id room) {
    return read<room_view>(readers_, [me, room](database& db) -> result<room_view> {
        auto view = room_seen_by(db, me, room);
        if (!view) return errc::not_a_member;
        return std::move(*view);
    });
}

async_result<std::vector<place>> rooms::places_of(user_id me, std::size_t limit) {
    using all = std::vector<place>;
    return read<all>(readers_, [me, limit](database& db) -> result<all> {
        auto rows = db.run(
            "SELECT room, visible_from, role, read_ordinal, muted FROM members WHERE user = ? AND hidden = 0 ORDER BY room LIMIT "
            "?",
            me, limit);
        all places;
        while (rows.step())
            places.push_back(
                {rows.get<room_id>(0), rows.get<seq_t>(1), rows.get<member_role>(2), rows.get<ordinal_t>(3), rows.get<bool>(4)});
        return places;
    });
}

async_result<std::vector<room_face>> rooms::faces(std::vector<room_id> all) {
    using found = std::vector<room_face>;
    if (all.empty()) co_return found{};
    auto asked = read<found>(readers_, [all = std::move(all)](database& db) -> result<found> {
        found faces;
        faces.reserve(all.size());
        for (const auto room : all)
            if (auto face = face_of(db, room)) faces.push_back(std::move(*face));
        return faces;
    });
    co_return co_await std::move(asked);
}

async_result<seat> rooms::seat_of(user_id me, room_id room) {
    return read<seat>(readers_, [me, room](database& db) -> result<seat> {
        const auto found = seat_in(db, room, me);
        if (!found) return errc::not_a_member;
        return seat{room, found->visible_from, found->last_seq};
    });
}

async_result<std::vector<seat>> rooms::seats_of(user_id me) {
    using all = std::vector<seat>;
    return read<all>(readers_, [me](database& db) -> result<all> {
        auto rows = db.run(
            "SELECT m.room, m.visible_from, r.last_seq FROM members m JOIN rooms r ON r.id = m.room WHERE m.user = ? AND "
            "m.hidden = 0 "
            "ORDER BY m.room",
            me);
        all seats;
        while (rows.step()) seats.push_back({rows.get<room_id>(0), rows.get<seq_t>(1), rows.get<seq_t>(2)});
        return seats;
    });
}

async_result<std::vector<rooms::head>> rooms::heads(std::vector<room_id> all) {
    using found = std::vector<head>;
    return read<found>(readers_, [all = std::move(all)](database& db) -> result<found> {
        found heads;
        for (const auto room : all) {
            auto row = db.run("SELECT last_seq FROM rooms WHERE id = ?", room);
            if (row.step()) heads.push_back({room, row.get<seq_t>(0)});
        }
        return heads;
    });
}

async_result<std::vector<rooms::seat_taken>> rooms::seats_taken(std::vector<user_id> users, timestamp since) {
    using found = std::vector<seat_taken>;
    return read<found>(readers_, [users = std::move(users), since](database& db) -> result<found> {
        found taken;
        for (const auto user : users) {
            auto row = db.run(
                "SELECT r.id, m.visible_from, r.last_seq FROM members m JOIN rooms r ON r.id = m.room WHERE m.user = ? AND "
                "m.hidden = 0 AND "
                "m.joined_at >= ?",
                user, since);
            while (row.step()) taken.push_back({user, {row.get<room_id>(0), row.get<seq_t>(1), row.get<seq_t>(2)}});
        }
        return taken;
    });
}

async_result<std::vector<member>> rooms::members(room_id room, user_id after, std::size_t limit) {
    using page = std::vector<member>;
    return read<page>(readers_, [room, after, limit](database& db) -> result<page> {
        auto found = members_in(db, room, after, limit);
        if (!found) return invalid_field("cursor", "invalid", "The member at which the list goes on has left.");
        return std::move(*found);
    });
}

async_result<member> rooms::member_of(room_id room, user_id user) {
    return read<member>(readers_, [room, user](database& db) -> result<member> {
        auto found = member_in(db, room, user);
        if (!found) return errc::not_found;
        return std::move(*found);
    });
}

async_result<std::int64_t> rooms::member_count(room_id room) {
    return read<std::int64_t>(readers_, [room](database& db) -> result<std::int64_t> {
        auto row = db.run("SELECT member_count FROM rooms WHERE id = ?", room);
        return row.step() ? row.get<std::int64_t>(0) : 0;
    });
}

async_result<std::vector<user_id>> rooms::member_ids(room_id room) {
    using ids = std::vector<user_id>;
    return read<ids>(readers_, [room](database& db) -> result<ids> {
        auto rows = db.run("SELECT user FROM members WHERE room = ? ORDER BY user", room);
        ids all;
        while (rows.step()) all.push_back(rows.get<user_id>(0));
        return all;
    });
}

async_result<std::vector<rooms::own_reaction>> rooms::own_reactions(user_id me, room_id room, seq_t first) {
    using mine = std::vector<own_reaction>;
    return read<mine>(readers_, [me, room, first](database& db) -> result<mine> {
        auto rows = db.run("SELECT seq, emoji FROM reactions WHERE room = ? AND seq >= ? AND user = ? ORDER BY seq, emoji", room,
                           first, me);
        mine all;
        while (rows.step()) all.push_back({rows.get<seq_t>(0), rows.get<std::string>(1)});
        return all;
    });
}

async_result<std::vector<event>> rooms::events(room_id room, seq_t after, std::size_t limit) {
    using log = std::vector<event>;
    return read<log>(readers_,
                     [room, after, limit](database& db) -> result<log> { return events_after(db, room, after, limit); });
}

async_result<rooms::seen_log> rooms::log_seen_by(user_id me, room_id room, seq_t after, std::size_t limit) {
    return read<seen_log>(readers_, [me, room, after, limit](database& db) -> result<seen_log> {
        const auto mine = seat_in(db, room, me);
        if (!mine) return errc::not_a_member;
        const auto log = events_after(db, room, std::max(after, mine->visible_from), limit);
        return seen_log{{room, mine->visible_from, mine->last_seq}, log_text{log, mine->visible_from}};
    });
}

async_result<rooms::log_seat> rooms::log_seat_of(user_id me, room_id room) {
    return read<log_seat>(readers_, [me, room](database& db) -> result<log_seat> {
        const auto mine = seat_in(db, room, me);
        if (!mine) return errc::not_a_member;
        auto history = epoch_of(db);
        if (!history) return errc::unavailable;
        auto changes = db.run(
            "SELECT seq FROM events INDEXED BY events_changes WHERE room = ? AND kind IN (6, 7) ORDER BY seq DESC LIMIT 1", room);
        return log_seat{
            {room, mine->visible_from, mine->last_seq}, changes.step() ? changes.get<seq_t>(0) : 0, std::move(*history)};
    });
}

}  // namespace madang::storage::sqlite

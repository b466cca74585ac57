#include "sqlite/room_views.hpp"

#include "sqlite/events.hpp"
#include "sqlite/room_members.hpp"

namespace madang::storage::sqlite {

using namespace domain;

namespace {

constexpr std::size_t shown_members = 5;

std::vector<room_face::shown> first_members(database& db, room_id room) {
    auto rows = db.run("SELECT user, role, joined_at, read_ordinal FROM members WHERE room = ? ORDER BY joined_at, user LIMIT ?",
                       room, shown_members);
    std::vector<room_face::shown> first;
    while (rows.step())
        first.push_back({rows.get<user_id>(0), rows.get<member_role>(1), rows.get<timestamp>(2), rows.get<ordinal_t>(3)});
    return first;
}

}  // namespace

std::optional<room_view> room_seen_by(database& db, user_id me, room_id room) {
    auto row = db.run(
        "SELECT r.kind, r.name, r.member_count, r.last_seq, r.last_ordinal, r.created_at, r.last_at, r.last_message_seq, m.role, "
        "m.read_ordinal, m.muted, m.visible_from FROM members m JOIN rooms r ON r.id = m.room "
        "WHERE m.room = ? AND m.user = ? AND m.hidden = 0",
        room, me);
    if (!row.step()) return std::nullopt;
    room_view view;
    view.id = room;
    view.kind = row.get<room_kind>(0);
    view.name = row.get<std::string>(1);
    view.members = *members_in(db, room, user_id{}, shown_members);
    view.member_count = row.get<std::int64_t>(2);
    view.last_seq = row.get<seq_t>(3);
    view.last_ordinal = row.get<ordinal_t>(4);
    view.created_at = row.get<timestamp>(5);
    view.last_at = row.get<timestamp>(6);
    view.last_message = visible_message(db, room, row.get<seq_t>(7), row.get<seq_t>(11));
    view.role = row.get<member_role>(8);
    view.read_ordinal = row.get<ordinal_t>(9);
    view.muted = row.get<bool>(10);
    return view;
}

std::optional<room_face> face_of(database& db, room_id room) {
    auto row = db.run(
        "SELECT kind, name, member_count, last_seq, last_ordinal, created_at, last_at, last_message_seq FROM rooms WHERE id = ?",
        room);
    if (!row.step()) return std::nullopt;
    room_face face;
    face.id = room;
    face.kind = row.get<room_kind>(0);
    face.name = row.get<std::string>(1);
    face.members = first_members(db, room);
    face.member_count = row.get<std::int64_t>(2);
    face.last_seq = row.get<seq_t>(3);
    face.last_ordinal = row.get<ordinal_t>(4);
    face.created_at = row.get<timestamp>(5);
    face.last_at = row.get<timestamp>(6);
    face.last_message = visible_message(db, room, row.get<seq_t>(7), 0);
    return face;
}

}  // namespace madang::storage::sqlite

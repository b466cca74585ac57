#include "postgres/room_views.hpp"

#include "postgres/events.hpp"
#include "postgres/room_members.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace madang::storage::postgres {

using namespace domain;

namespace {

// Columns are named wherever others stand beside them: a later step may add one of any name.

// The rooms where $1 has a seat, as they are for them.
#define MY_ROOMS                                                                                       \
    "SELECT " ROOM_COLUMNS                                                                             \
    ", r.last_message_seq, s.role AS my_role, s.read_ordinal, s.muted, s.visible_from FROM members s " \
    "CROSS JOIN LATERAL (SELECT * FROM rooms WHERE id = s.room_id LIMIT 1) r "                         \
    "WHERE s.user_id = $1 AND NOT s.hidden "

#define ROOM_COLUMNS "r.id, r.kind, r.name, r.member_count, r.last_seq, r.last_ordinal, r.created_at, r.last_at"
#define MY_COLUMNS "r.my_role, r.read_ordinal, r.muted"

#define FIRST_MEMBERS                                                                                                        \
    "(SELECT user_id, role, joined_at, read_ordinal, row_number() OVER (ORDER BY joined_at, user_id) AS place FROM members " \
    "WHERE room_id = r.id ORDER BY joined_at, user_id LIMIT 5) m "

// One row for each of a room's first five members, one of which has the last message: so one statement picks the rooms once,
// and a text crosses the wire once. All joins are LATERAL with a LIMIT, which leaves the planner no other way than by the keys,
// whatever it believes about the tables.
#define VIEWS_OF(rooms)                                                                                          \
    "SELECT " MEMBER_COLUMNS ", " ROOM_COLUMNS ", " MY_COLUMNS ", " EVENT_COLUMNS " FROM (" rooms                \
    ") r CROSS JOIN LATERAL " FIRST_MEMBERS                                                                      \
    "CROSS JOIN LATERAL (SELECT * FROM users WHERE id = m.user_id LIMIT 1) u "                                   \
    "LEFT JOIN LATERAL (SELECT * FROM events WHERE m.place = 1 AND room_id = r.id AND seq = r.last_message_seq " \
    "AND seq > r.visible_from LIMIT 1) e ON true"
#define NEWEST_FIRST " ORDER BY r.last_at DESC, r.id DESC"

constexpr int room_columns = 8;
constexpr int room_at = after_member;
constexpr int mine_at = room_at + room_columns;
constexpr int message_at = mine_at + 3;

// No room's time lies outside. A client's cursor may say any number, and PostgreSQL does not take all of them.
constexpr timestamp earliest{};
constexpr timestamp latest{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31}};

// ROOM_COLUMNS, as a room_view or a room_face.
template <class Room>
Room room_in(const row& r, int first) {
    Room room;
    room.id = r.get<room_id>(first);
    room.kind = r.get<room_kind>(first + 1);
    room.name = r.get<std::string>(first + 2);
    room.member_count = r.get<std::int64_t>(first + 3);
    room.last_seq = r.get<seq_t>(first + 4);
    room.last_ordinal = r.get<ordinal_t>(first + 5);
    room.created_at = r.get<timestamp>(first + 6);
    room.last_at = r.get<timestamp>(first + 7);
    return room;
}

room_view view_at(const row& r) {
    auto view = room_in<room_view>(r, room_at);
    view.role = r.get<member_role>(mine_at);
    view.read_ordinal = r.get<ordinal_t>(mine_at + 1);
    view.muted = r.get<bool>(mine_at + 2);
    return view;
}

// Where the columns of a face begin: whom it shows, the room, its last message.
constexpr int face_at = 4;
constexpr int face_message_at = face_at + room_columns;

}  // namespace

// The order is the rooms', the choice the member's, so no index can serve both: a person's rooms (1000 at most) are sorted.
// The outer order costs nothing, for the joins keep it; by members, too, it would be another sort.
statements rooms_seen_by(user_id me, std::optional<room_cursor> after, std::size_t limit) {
    const auto from = after.value_or(room_cursor{latest, room_id{std::numeric_limits<std::int64_t>::max()}});
    return statements::of(VIEWS_OF(MY_ROOMS "AND (r.last_at, r.id) < ($2, $3)" NEWEST_FIRST " LIMIT $4") NEWEST_FIRST, me,
                          std::clamp(from.last_at, earliest, latest), from.id, limit);
}

statements room_seen_by(user_id me, room_id room) { return statements::of(VIEWS_OF(MY_ROOMS "AND s.room_id = $2"), me, room); }

std::vector<room_view> views_in(const rows& found) {
    std::vector<room_view> views;
    for (const auto r : found) {
        if (views.empty() || views.back().id != r.get<room_id>(room_at)) views.push_back(view_at(r));
        auto& view = views.back();
        view.members.push_back(member_at(r));
        if (!r.is_null(message_at)) view.last_message = event_at(r, view.id, message_at);
    }
    for (auto& view : views)
        std::ranges::sort(view.members, {}, [](const member& m) { return std::tuple{m.joined_at, m.user.id}; });
    return views;
}

// As VIEWS_OF, but a room that everybody has left is there, too, in one row. The numbers are sorted, and the joins keep that
// order: the rows of a room come together.
statements faces_of(const std::vector<room_id>& rooms) {
    return statements::of(
        "SELECT m.user_id, m.role, m.joined_at, m.read_ordinal, " ROOM_COLUMNS ", " EVENT_COLUMNS
        " FROM (SELECT DISTINCT id FROM unnest($1::bigint[]) a(id) ORDER BY id) n "
        "CROSS JOIN LATERAL (SELECT * FROM rooms WHERE id = n.id LIMIT 1) r "
        "LEFT JOIN LATERAL " FIRST_MEMBERS
        "ON true "
        "LEFT JOIN LATERAL (SELECT * FROM events WHERE coalesce(m.place, 1) = 1 AND room_id = r.id AND seq = r.last_message_seq "
        "LIMIT 1) e ON true ORDER BY n.id",
        rooms);
}

std::vector<room_face> faces_in(const rows& found) {
    std::vector<room_face> faces;
    for (const auto r : found) {
        if (faces.empty() || faces.back().id != r.get<room_id>(face_at)) faces.push_back(room_in<room_face>(r, face_at));
        auto& face = faces.back();
        if (!r.is_null(0))
            face.members.push_back({r.get<user_id>(0), r.get<member_role>(1), r.get<timestamp>(2), r.get<ordinal_t>(3)});
        if (!r.is_null(face_message_at)) face.last_message = event_at(r, face.id, face_message_at);
    }
    for (auto& face : faces)
        std::ranges::sort(face.members, {}, [](const room_face::shown& m) { return std::tuple{m.joined_at, m.user}; });
    return faces;
}

}  // namespace madang::storage::postgres

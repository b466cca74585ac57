#include "sqlite/events.hpp"

#include "event_columns.hpp"
#include "madang/domain/ports/room_store.hpp"

#include <utility>

namespace madang::storage::sqlite {
namespace {

using namespace domain;

// An edit shows what its target says now.
void show_present_text(database& db, room_id room, event_columns& edit, std::optional<timestamp>& deleted_at) {
    auto target = db.run("SELECT body, deleted_at FROM events WHERE room = ? AND seq = ?", room, edit.target);
    if (!target.step()) return;
    edit.body = target.get<std::optional<std::string>>(0);
    deleted_at = target.get<std::optional<timestamp>>(1);
}

event_body body_of(database& db, room_id room, const query& row) {
    const auto kind = row.get<event_kind>(1);
    event_columns c;
    c.ordinal = row.get<std::optional<ordinal_t>>(4);
    c.key = row.get<std::optional<std::string>>(5);
    c.body = row.get<std::optional<std::string>>(6);
    c.target = row.get<std::optional<seq_t>>(7);
    c.subject = row.get<std::optional<user_id>>(8);
    c.value = row.get<std::optional<std::int64_t>>(9);
    auto deleted_at = row.get<std::optional<timestamp>>(11);
    if (kind == event_kind::edit) show_present_text(db, room, c, deleted_at);
    return body_from(kind, std::move(c), row.get<std::optional<timestamp>>(10), deleted_at);
}

}  // namespace

std::vector<event> events_after(database& db, room_id room, seq_t after, std::size_t limit) {
    auto row = db.run(
        "SELECT seq, kind, author, created_at, ordinal, key, body, target, subject, value, edited_at, deleted_at FROM events "
        "WHERE room = ? AND seq > ? ORDER BY seq LIMIT ?",
        room, after, limit);
    std::vector<event> log;
    std::size_t weight = 0;
    while (weight < page_weight && row.step()) {
        log.push_back({room, row.get<seq_t>(0), row.get<user_id>(2), row.get<timestamp>(3), body_of(db, room, row)});
        weight += log.back().weight();
    }
    return log;
}

std::optional<event> event_at(database& db, room_id room, seq_t seq) {
    auto found = events_after(db, room, seq - 1, 1);
    if (found.empty() || found.front().seq != seq) return std::nullopt;
    return std::move(found.front());
}

std::optional<event> visible_message(database& db, room_id room, seq_t seq, seq_t visible_from) {
    if (seq <= visible_from) return std::nullopt;
    auto found = event_at(db, room, seq);
    if (!found || found->kind() != event_kind::message) return std::nullopt;
    return found;
}

void insert_event(database& db, const event& e) {
    const auto c = columns_of(e.body);
    db.change(
        "INSERT INTO events (room, seq, kind, author, created_at, ordinal, key, body, target, subject, value) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        e.room, e.seq, e.kind(), e.author, e.created_at, c.ordinal, c.key, c.body, c.target, c.subject, c.value);
}

}  // namespace madang::storage::sqlite

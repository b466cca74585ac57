#include "sqlite/events.hpp"

#include "madang/domain/ports/room_store.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>

namespace madang::storage::sqlite {
namespace {

using namespace domain;

std::string to_json(const std::vector<user_id>& users) {
    std::vector<std::int64_t> numbers;
    numbers.reserve(users.size());
    for (const auto user : users) numbers.push_back(user.value);
    return fmt::format("[{}]", fmt::join(numbers, ","));
}

// Of what to_json() wrote.
std::vector<user_id> from_json(std::string_view text) {
    std::vector<user_id> users;
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at < end) {
        std::int64_t number = 0;
        const auto [rest, failed] = std::from_chars(at, end, number);
        if (failed == std::errc{}) users.push_back(user_id{number});
        at = failed == std::errc{} ? rest : at + 1;
    }
    return users;
}

// The columns that depend on the kind (config/migrations/sqlite/0003_rooms.sql).
struct details {
    std::optional<ordinal_t> ordinal;
    std::optional<std::string_view> key;
    std::optional<std::string> body;
    std::optional<seq_t> target;
    std::optional<user_id> subject;
    std::optional<std::int64_t> value;
};

struct to_details {
    details operator()(const message_posted& m) const {
        details d{.ordinal = m.ordinal, .key = m.key, .body = m.text, .target = {}, .subject = {}, .value = {}};
        if (m.reply_to != 0) d.target = m.reply_to;
        return d;
    }
    details operator()(const members_joined& j) const { return with_body(to_json(j.users)); }
    details operator()(const member_left& l) const {
        details d;
        d.subject = l.user;
        return d;
    }
    details operator()(const room_renamed& r) const { return with_body(r.name); }
    details operator()(const role_changed& c) const {
        details d;
        d.subject = c.user;
        d.value = static_cast<std::int64_t>(c.role);
        return d;
    }
    // Without the text: readers show the target's, which may change again.
    details operator()(const message_edited& e) const { return with_target(e.target); }
    details operator()(const message_deleted& e) const { return with_target(e.target); }
    details operator()(const reaction_set& r) const {
        details d = with_target(r.target);
        d.body = r.emoji;
        d.value = r.on;
        return d;
    }

private:
    static details with_body(std::string body) {
        details d;
        d.body = std::move(body);
        return d;
    }
    static details with_target(seq_t target) {
        details d;
        d.target = target;
        return d;
    }
};

message_edited present_text(database& db, room_id room, seq_t target) {
    auto row = db.run("SELECT body, deleted_at FROM events WHERE room = ? AND seq = ?", room, target);
    if (!row.step()) return {target, {}, {}};
    return {target, row.get<std::string>(0), row.get<std::optional<timestamp>>(1)};
}

event_body body_of(database& db, room_id room, const query& row) {
    const auto body = [&] { return row.get<std::string>(6); };
    const auto target = row.get<seq_t>(7);
    const auto subject = row.get<user_id>(8);
    const auto value = row.get<std::int64_t>(9);
    switch (row.get<event_kind>(1)) {
        case event_kind::message:
            return message_posted{row.get<ordinal_t>(4),
                                  body(),
                                  target,
                                  row.get<std::string>(5),
                                  row.get<std::optional<timestamp>>(10),
                                  row.get<std::optional<timestamp>>(11)};
        case event_kind::join:
            return members_joined{from_json(body())};
        case event_kind::leave:
            return member_left{subject};
        case event_kind::rename:
            return room_renamed{body()};
        case event_kind::role:
            return role_changed{subject, static_cast<member_role>(value)};
        case event_kind::edit:
            return present_text(db, room, target);
        case event_kind::erase:
            return message_deleted{target};
        case event_kind::reaction:
            return reaction_set{target, body(), value != 0};
    }
    throw std::logic_error(fmt::format("event {} of room {} has an unknown kind", row.get<seq_t>(0), room.value));
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
    const details d = std::visit(to_details{}, e.body);
    db.change(
        "INSERT INTO events (room, seq, kind, author, created_at, ordinal, key, body, target, subject, value) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        e.room, e.seq, e.kind(), e.author, e.created_at, d.ordinal, d.key, d.body, d.target, d.subject, d.value);
}

}  // namespace madang::storage::sqlite

// Messages and what is done to them.
#include "madang/domain/rules.hpp"
#include "sqlite/direct_rooms.hpp"
#include "sqlite/events.hpp"
#include "sqlite/log.hpp"
#include "sqlite/memberships.hpp"
#include "sqlite/seats.hpp"

namespace madang::storage::sqlite {

using namespace domain;

namespace {

std::optional<posted> first_with_key(database& db, const new_message& m) {
    auto row = db.run("SELECT seq, ordinal FROM events WHERE room = ? AND author = ? AND key = ?", m.room, m.author, m.key);
    if (!row.step()) return std::nullopt;
    posted first;
    first.seq = row.get<seq_t>(0);
    first.ordinal = row.get<ordinal_t>(1);
    first.duplicate = true;
    return first;
}

// A message that an edit, a deletion or a reaction aims at, with the seat of whoever does that.
struct aim {
    seat_row seat;
    event target;

    [[nodiscard]] const message_posted& message() const { return std::get<message_posted>(target.body); }
};

// not_a_member; not_found where there is no message that the actor may see, or it is deleted.
result<aim> aim_at(database& db, room_id room, seq_t seq, user_id actor) {
    const auto seat = seat_in(db, room, actor);
    if (!seat) return errc::not_a_member;
    auto target = visible_message(db, room, seq, seat->visible_from);
    if (!target || std::get<message_posted>(target->body).deleted_at) return errc::not_found;
    return aim{*seat, std::move(*target)};
}

bool has_reaction(database& db, room_id room, seq_t seq, user_id user, const std::string& emoji) {
    return db.any("SELECT 1 FROM reactions WHERE room = ? AND seq = ? AND emoji = ? AND user = ?", room, seq, emoji, user);
}

// Whether the emoji would be one too many different ones.
bool is_surplus(database& db, room_id room, seq_t seq, const std::string& emoji) {
    if (db.any("SELECT 1 FROM reactions WHERE room = ? AND seq = ? AND emoji = ?", room, seq, emoji)) return false;
    auto row = db.run("SELECT count(DISTINCT emoji) FROM reactions WHERE room = ? AND seq = ?", room, seq);
    return row.step() && row.get<std::size_t>(0) >= most_reactions;
}

}  // namespace

async_result<posted> log::post(new_message m) {
    const auto text = m.text.size() + m.key.size();
    return write<posted>(writer_, text, [m = std::move(m)](writing& w) -> result<posted> {
        if (const auto first = first_with_key(w.db, m)) return *first;
        const auto seat = seat_in(w.db, m.room, m.author);
        if (!seat) return errc::not_a_member;
        if (is_silenced(w.db, *seat)) return errc::blocked;
        if (m.reply_to != 0 && !visible_message(w.db, m.room, m.reply_to, seat->visible_from))
            return invalid_field("replyTo", "invalid", "There is no such message in this room.");

        message_posted body;
        body.text = m.text;
        body.reply_to = m.reply_to;
        body.key = m.key;
        auto numbers = append(w, m.room, m.author, std::move(body), {bring_back(w.db, *seat), {}});
        w.db.change("UPDATE members SET read_ordinal = ? WHERE room = ? AND user = ?", numbers.ordinal, m.room, m.author);
        return numbers;
    });
}

async_result<> log::edit(room_id room, seq_t seq, user_id actor, std::string text) {
    const auto bytes = text.size();
    return write(writer_, bytes, [room, seq, actor, text = std::move(text)](writing& w) -> result<> {
        const auto at = aim_at(w.db, room, seq, actor);
        if (!at) return at.error();
        if (auto may = rules::may_edit(at->target.author, actor); !may) return may;
        if (is_silenced(w.db, at->seat)) return errc::blocked;
        if (at->message().text == text) return {};
        w.db.change("UPDATE events SET body = ?, edited_at = ? WHERE room = ? AND seq = ?", text, w.now, room, seq);
        append(w, room, actor, message_edited{seq, text, {}});
        return {};
    });
}

async_result<> log::erase(room_id room, seq_t seq, user_id actor) {
    return write(writer_, 0, [room, seq, actor](writing& w) -> result<> {
        const auto seat = seat_in(w.db, room, actor);
        if (!seat) return errc::not_a_member;
        const auto target = visible_message(w.db, room, seq, seat->visible_from);
        if (!target) return errc::not_found;
        if (auto may = rules::may_erase(target->author, actor, seat->role); !may) return may;
        if (std::get<message_posted>(target->body).deleted_at) return {};
        w.db.change("UPDATE events SET body = NULL, deleted_at = ? WHERE room = ? AND seq = ?", w.now, room, seq);
        w.db.change("DELETE FROM reactions WHERE room = ? AND seq = ?", room, seq);
        append(w, room, actor, message_deleted{seq});
        return {};
    });
}

async_result<> log::react(room_id room, seq_t seq, user_id actor, std::string emoji, bool on) {
    return write(writer_, emoji.size(), [room, seq, actor, emoji, on](writing& w) -> result<> {
        const auto at = aim_at(w.db, room, seq, actor);
        if (!at) return at.error();
        if (has_reaction(w.db, room, seq, actor, emoji) == on) return {};
        if (on && is_silenced(w.db, at->seat)) return errc::blocked;
        if (on && is_surplus(w.db, room, seq, emoji))
            return error{errc::conflict, "A message carries no more different reactions."};
        if (on)
            w.db.change("INSERT INTO reactions (room, seq, emoji, user) VALUES (?, ?, ?, ?)", room, seq, emoji, actor);
        else
            w.db.change("DELETE FROM reactions WHERE room = ? AND seq = ? AND emoji = ? AND user = ?", room, seq, emoji, actor);
        append(w, room, actor, reaction_set{seq, emoji, on});
        return {};
    });
}

}  // namespace madang::storage::sqlite

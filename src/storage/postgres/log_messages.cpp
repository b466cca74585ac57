// Messages and what is done to them.
#include "madang/domain/rules.hpp"
#include "postgres/direct_rooms.hpp"
#include "postgres/log.hpp"
#include "postgres/memberships.hpp"
#include "postgres/seats.hpp"

namespace madang::storage::postgres {

using namespace domain;

namespace {

// A message that an edit, a deletion or a reaction aims at, with the seat of whoever does that.
struct aim {
    seat_row seat;
    message_row message;
};

// not_a_member; not_found where there is no message that the actor may see.
async_result<aim> aim_at(database& db, room_id room, seq_t seq, user_id actor) {
    const auto seat = co_await seat_in(db, room, actor);
    if (!seat) co_return errc::not_a_member;
    auto message = co_await visible_message(db, room, seq, seat->visible_from);
    if (!message) co_return errc::not_found;
    aim at;
    at.seat = *seat;
    at.message = std::move(*message);
    co_return at;
}

// What stands in the way of one more reaction.
struct reactions_there {
    bool mine = false;
    bool same = false;  // by anybody
    std::size_t different = 0;
};

task<reactions_there> reactions_on(database& db, room_id room, seq_t seq, user_id user, std::string emoji) {
    const auto found = co_await db.run(
        "SELECT coalesce(bool_or(emoji = $4::text AND user_id = $3), false), coalesce(bool_or(emoji = $4), false), "
        "count(DISTINCT emoji) "
        "FROM reactions WHERE room_id = $1 AND seq = $2",
        room, seq, user, emoji);
    reactions_there there;
    there.mine = found.front().get<bool>(0);
    there.same = found.front().get<bool>(1);
    there.different = found.front().get<std::size_t>(2);
    co_return there;
}

}  // namespace

async_result<posted> log::post(new_message m) {
    const auto room = m.room;
    auto make = [m = std::move(m)](std::unique_ptr<pending<posted>> r) mutable -> std::unique_ptr<unit> {
        return std::make_unique<message_unit>(std::move(m), std::move(r));
    };
    return offer<posted>(writer_, room.value, std::move(make));
}

async_result<> log::edit(room_id room, seq_t seq, user_id actor, std::string text) {
    const auto bytes = text.size();
    return write(writer_, unit::kind::work, room, bytes, [=, text = std::move(text)](writing& w) -> async_result<> {
        const auto at = co_await aim_at(w.db, room, seq, actor);
        if (!at) co_return at.error();
        if (at->message.deleted) co_return errc::not_found;
        if (auto may = rules::may_edit(at->message.author, actor); !may) co_return may;
        if (co_await is_silenced(w.db, at->seat)) co_return errc::blocked;
        if (at->message.text == text) co_return result<>{};
        co_await w.db.change("UPDATE events SET body = $1, edited_at = $2 WHERE room_id = $3 AND seq = $4", text, w.now, room,
                             seq);
        message_edited body;
        body.target = seq;
        body.text = text;
        audience_change nobody;
        co_await append(w, room, actor, std::move(body), std::move(nobody));
        co_return result<>{};
    });
}

async_result<> log::erase(room_id room, seq_t seq, user_id actor) {
    return write(writer_, unit::kind::work, room, 0, [=](writing& w) -> async_result<> {
        const auto at = co_await aim_at(w.db, room, seq, actor);
        if (!at) co_return at.error();
        if (auto may = rules::may_erase(at->message.author, actor, at->seat.role); !may) co_return may;
        if (at->message.deleted) co_return result<>{};
        auto change =
            statements::of("UPDATE events SET body = NULL, deleted_at = $1 WHERE room_id = $2 AND seq = $3", w.now, room, seq);
        change.add("DELETE FROM reactions WHERE room_id = $1 AND seq = $2", room, seq);
        (void)co_await w.db.run(std::move(change));
        message_deleted body;
        body.target = seq;
        audience_change nobody;
        co_await append(w, room, actor, body, std::move(nobody));
        co_return result<>{};
    });
}

async_result<> log::react(room_id room, seq_t seq, user_id actor, std::string emoji, bool on) {
    const auto bytes = emoji.size();
    return write(writer_, unit::kind::work, room, bytes, [=](writing& w) -> async_result<> {
        const auto at = co_await aim_at(w.db, room, seq, actor);
        if (!at) co_return at.error();
        if (at->message.deleted) co_return errc::not_found;
        const auto there = co_await reactions_on(w.db, room, seq, actor, emoji);
        if (there.mine == on) co_return result<>{};
        if (on && co_await is_silenced(w.db, at->seat)) co_return errc::blocked;
        if (on && !there.same && there.different >= most_reactions)
            co_return error{errc::conflict, "A message carries no more different reactions."};
        if (on)
            co_await w.db.change("INSERT INTO reactions (room_id, seq, emoji, user_id) VALUES ($1, $2, $3, $4)", room, seq, emoji,
                                 actor);
        else
            co_await w.db.change("DELETE FROM reactions WHERE room_id = $1 AND seq = $2 AND emoji = $3 AND user_id = $4", room,
                                 seq, emoji, actor);
        reaction_set body;
        body.target = seq;
        body.emoji = emoji;
        body.on = on;
        audience_change nobody;
        co_await append(w, room, actor, std::move(body), std::move(nobody));
        co_return result<>{};
    });
}

async_result<bool> log::mark_read(room_id room, user_id user, ordinal_t ordinal) {
    auto make = [=](std::unique_ptr<pending<bool>> r) -> std::unique_ptr<unit> {
        return std::make_unique<mark_unit>(room, user, ordinal, std::move(r));
    };
    return offer<bool>(writer_, room.value, std::move(make));
}

async_result<> log::set_muted(room_id room, user_id user, bool muted) {
    return write(writer_, unit::kind::work, room, 0, [=](writing& w) -> async_result<> {
        const auto changed = co_await w.db.change(
            "UPDATE members SET muted = $1 WHERE room_id = $2 AND user_id = $3 AND NOT hidden", muted, room, user);
        if (changed == 0) co_return errc::not_a_member;
        co_return result<>{};
    });
}

}  // namespace madang::storage::postgres

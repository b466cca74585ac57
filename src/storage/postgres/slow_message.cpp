#include "postgres/slow_message.hpp"

#include "postgres/direct_rooms.hpp"
#include "postgres/memberships.hpp"
#include "postgres/seats.hpp"

namespace madang::storage::postgres {

using namespace domain;

namespace {

// Judges as the batch's statement does.
struct write_slowly {
    new_message m;

    task<result<posted>> operator()(writing& w) const {
        const auto first = co_await w.db.run("SELECT seq, ordinal FROM events WHERE room_id = $1 AND author_id = $2 AND key = $3",
                                             m.room, m.author, m.key);
        if (!first.empty()) {
            posted numbers;
            numbers.seq = first.front().get<seq_t>(0);
            numbers.ordinal = first.front().get<ordinal_t>(1);
            numbers.duplicate = true;
            co_return numbers;
        }
        const auto seat = co_await seat_in(w.db, m.room, m.author);
        if (!seat) co_return errc::not_a_member;
        if (co_await is_silenced(w.db, *seat)) co_return errc::blocked;
        if (m.reply_to != 0) {
            const auto target = co_await visible_message(w.db, m.room, m.reply_to, seat->visible_from);
            if (!target) co_return invalid_field("replyTo", "invalid", "There is no such message in this room.");
        }
        message_posted body;
        body.text = m.text;
        body.reply_to = m.reply_to;
        body.key = m.key;
        audience_change audience;
        audience.joined = co_await bring_back(w.db, *seat);
        co_await w.db.change("UPDATE rooms SET guarded = false WHERE id = $1", m.room);
        auto numbers = co_await append(w, m.room, m.author, std::move(body), std::move(audience));
        co_await w.db.change("UPDATE members SET read_ordinal = $1 WHERE room_id = $2 AND user_id = $3", numbers.ordinal, m.room,
                             m.author);
        numbers.members = seat->members;
        co_return numbers;
    }
};

}  // namespace

std::unique_ptr<unit> done_slowly(std::unique_ptr<unit> given) {
    auto& one = static_cast<message_unit&>(*given);
    const auto text = one.m.text.size() + one.m.key.size();
    write_slowly work{std::move(one.m)};
    auto slow =
        std::make_unique<work_of<posted, write_slowly>>(unit::kind::work, one.room, text, std::move(work), one.take_asker());
    slow->deadline = one.deadline;
    return slow;
}

}  // namespace madang::storage::postgres

#include "madang/domain/message_service.hpp"

#include "madang/protocol/json/writer.hpp"

namespace madang::domain {

async_result<posted> message_service::post(new_message m) {
    // '~' is in no client's key, so the two kinds cannot meet.
    if (m.key.empty()) m.key = "~" + mint_.opaque_token().substr(0, 22);
    const room_id room = m.room;
    const user_id author = m.author;
    const auto done = co_await log_.post(std::move(m));
    if (done && !done->duplicate) reads_.add(room, author, done->ordinal);
    co_return done;
}

async_result<timeline_item> message_service::edit(user_id me, room_id room, seq_t seq, std::string text) {
    const auto done = co_await log_.edit(room, seq, me, std::move(text));
    if (!done) co_return done.error();
    auto item = co_await rooms_.message(me, room, seq);
    // It is committed: that the answer could not be read must not say that nothing was done.
    if (!item && item.error().code == errc::too_busy) co_return retry_later(errc::unavailable, item.error().retry_after);
    co_return item;
}

async_result<> message_service::mark_read(user_id me, room_id room, ordinal_t ordinal) {
    const auto moved = co_await log_.mark_read(room, me, ordinal);
    if (!moved) co_return moved.error();
    if (*moved) {
        reads_.add(room, me, ordinal);
        json::writer w;
        w.begin_object().field("type", "read").field("roomId", room.value).field("ordinal", ordinal).end_object();
        audience_.tell(me, w.take());
    }
    co_return result<>{};
}

async_result<> message_service::typing(user_id me, room_id room) {
    const auto mine = co_await rooms_.seat_of(me, room);
    if (!mine) co_return mine.error();
    audience_.typing(room, me);
    co_return result<>{};
}

}  // namespace madang::domain

// Saying things: messages, edits, deletions, reactions, read marks, typing. What needs a seq goes through the room log and is
// answered after commit; delivery happens by the feeds (room_feeds.hpp), not here.
#pragma once

#include "madang/domain/ports/audience.hpp"
#include "madang/domain/ports/room_log.hpp"
#include "madang/domain/ports/room_store.hpp"
#include "madang/domain/ports/security.hpp"
#include "madang/domain/read_digest.hpp"

#include <string>

namespace madang::domain {

class message_service {
public:
    message_service(room_store& rooms, room_log& log, token_mint& mint, audience& listeners, read_digest& reads)
        : rooms_(rooms), log_(log), mint_(mint), audience_(listeners), reads_(reads) {}

    // An empty key gets one from the server, so that the writer may repeat a batch whose outcome it lost (G3).
    async_result<posted> post(new_message m);
    async_result<timeline_item> edit(user_id me, room_id room, seq_t seq, std::string text);
    async_result<> erase(user_id me, room_id room, seq_t seq) { return log_.erase(room, seq, me); }
    async_result<> react(user_id me, room_id room, seq_t seq, std::string emoji, bool on) {
        return log_.react(room, seq, me, std::move(emoji), on);
    }
    async_result<> mark_read(user_id me, room_id room, ordinal_t ordinal);
    async_result<> typing(user_id me, room_id room);  // not_a_member

private:
    room_store& rooms_;
    room_log& log_;
    token_mint& mint_;
    audience& audience_;
    read_digest& reads_;
};

}  // namespace madang::domain

// What is particular to a direct room: one for each pair, blocks, hiding and coming back.
#pragma once

#include "postgres/seats.hpp"
#include "postgres/writing.hpp"

#include <optional>
#include <string>
#include <vector>

namespace madang::storage::postgres {

// Names the pair, whoever asks. With oneself: the note to self.
[[nodiscard]] std::string direct_key(user_id a, user_id b);

// The room of these two, if there is one: its next message is judged by slow_message, for they are not friends any more.
void guard(statements& all, user_id a, user_id b);

// Whether a block, either way, keeps this person from speaking here. Never in groups.
[[nodiscard]] task<bool> is_silenced(database& db, seat_row seat);

// Shows the room again to those who had hidden it, before a message; who they are.
[[nodiscard]] task<std::vector<user_id>> bring_back(database& db, seat_row seat);

// Hides the room and its history from one of its two.
[[nodiscard]] task<> hide(writing& w, seat_row seat);
// Shows it again to who had hidden it, from here on; does nothing otherwise.
[[nodiscard]] task<> show_again(writing& w, room_id room, user_id user);

}  // namespace madang::storage::postgres

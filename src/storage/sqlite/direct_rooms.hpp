// What is particular to a direct room: one for each pair, blocks, hiding and coming back.
#pragma once

#include "sqlite/seats.hpp"
#include "sqlite/unit.hpp"

#include <optional>
#include <string>
#include <vector>

namespace madang::storage::sqlite {

// Names the pair, whoever asks. With oneself: the note to self.
[[nodiscard]] std::string direct_key(user_id a, user_id b);
[[nodiscard]] std::optional<room_id> direct_room(database& db, const std::string& key);

// Whether a block, either way, keeps this person from speaking here. Never in groups.
[[nodiscard]] bool is_silenced(database& db, const seat_row& seat);

// Shows the room again to those who had hidden it, before a message; who they are.
std::vector<user_id> bring_back(database& db, const seat_row& seat);

// Hides the room and its history from one of its two.
void hide(writing& w, const seat_row& seat);
// Shows it again to who had hidden it, from here on; does nothing otherwise.
void show_again(writing& w, room_id room, user_id user);

}  // namespace madang::storage::sqlite

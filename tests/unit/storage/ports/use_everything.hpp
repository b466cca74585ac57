// Everything that the ports offer, used once: for tests that look at the statements which a store has made of it.
#pragma once

#include "world.hpp"

#include <string>

namespace madang::test {

void use_everything(world& w, const std::string& ending = {});

// What a member can say, do and read in a room, with one more person. The ending makes new messages of it.
void use_room(world& w, room_id room, user_id me, user_id other, const std::string& ending);

}  // namespace madang::test

// The workloads by their names. Each prints its own lines.
#pragma once

#include "scene.hpp"

namespace madang::bench {

// 64 sends in flight into rooms of 2, each committed before its receipt.
void sends(const options& o, const scene& s);
// One room, many subscribers, a few messages in flight: each counts when the last subscriber has it.
void fanout(const options& o, const scene& s);
// Idle, signed-in connections subscribed to one room: resident memory for each.
void idle(const options& o, const scene& s);

// POST of messages by keep-alive clients: 10,000 requests of 100 clients into one room, and into 1,000; and of 300 clients for
// `duration` into 100 rooms.
void post_one_room(const options& o, const scene& s);
void post_many_rooms(const options& o, const scene& s);
void post(const options& o, const scene& s);
// The same 300, coming evenly in the first half, on top of `messages` that are there.
void post_ramp(const options& o, const scene& s);
// Pages of 50 and of 1000 events anywhere in a room of `messages`, by 32 clients.
void history(const options& o, const scene& s);
// Everybody's 20 rooms by 296 clients, and 20 friends by 100, o.writes percent of whose requests change a profile instead.
void rooms(const options& o, const scene& s);
void friends(const options& o, const scene& s);

}  // namespace madang::bench

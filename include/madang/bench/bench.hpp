// The load tool behind `madang bench`: drives a running server over real sockets and prints what it measured.
// Thread: the caller's alone, so that one core is the load and another the server (scripts/bench.sh pins them).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace madang::bench {

struct options {
    std::string workload;  // sends, fanout, idle, post, post-one-room, post-many-rooms, post-ramp, history, rooms, friends
    std::string host = "127.0.0.1";
    std::uint16_t port = 8080;
    std::uint16_t admin_port = 9080;  // where the server's CPU seconds and memory are read
    int clients = 0;                  // subscribers, connections; 0: the workload's own number
    int in_flight = 0;                // sends without a receipt; 0: the workload's own number
    std::chrono::seconds duration{5};
    std::int64_t messages = 0;     // that are there before (history, post-ramp); 0: the workload's own number
    int body = 128;                // bytes of a message's text
    int writes = 0;                // friends: percent of the requests
    std::chrono::seconds ramp{0};  // HTTP: in which the clients come, evenly
    int rate = 0;                  // HTTP: requests a second, of all clients together; 0: as many as are answered
};

// Prints a table on standard output; throws with one line where the server cannot be used for it.
void run(const options& o);

}  // namespace madang::bench

// What the web layer needs to know, as plain values; the composition root fills it from the configuration.
#pragma once

#include "madang/protocol/stomp/parser.hpp"

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace madang::web {

struct settings {
    std::string public_origin;                 // "https://chat.example"; empty: whatever Host says
    std::vector<std::string> allowed_origins;  // further ones
    bool secure_cookies = false;               // the public URL is https
    std::string version;                       // "0.1.0"

    // Rates; 0 switches a limit off.
    int sends_per_second = 20;
    int sends_burst = 40;
    int failed_logins = 10;  // in 15 minutes
    int signups_per_hour = 20;

    // STOMP.
    stomp::limits frames;
    std::chrono::milliseconds connect_timeout{std::chrono::seconds{10}};
    std::chrono::milliseconds heart_beat{std::chrono::seconds{10}};
    std::chrono::milliseconds silence{std::chrono::seconds{60}};
    std::chrono::milliseconds write_timeout{std::chrono::seconds{10}};
    std::chrono::milliseconds socket_grace{std::chrono::seconds{60}};
    std::size_t subscriptions = 1000;
    std::size_t sends_in_flight = 256;
    std::int64_t replay = 10'000;
};

}  // namespace madang::web

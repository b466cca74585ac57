// Where a Redis is, and how long to wait for it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace madang::redis {

struct options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 6379;
    std::string user;      // empty: the default one
    std::string password;  // empty: none is sent
    int database = 0;

    std::chrono::milliseconds connect_timeout{1000};  // name look-up, connection, AUTH and SELECT together
    std::chrono::milliseconds answer_timeout{250};
    std::chrono::milliseconds idle{5000};            // silence after which a sign of life is asked for
    std::size_t most_waiting = 10'000;               // commands without a reply yet
    std::size_t most_bytes = std::size_t{16} << 20;  // of commands that are not on their way yet
};

}  // namespace madang::redis

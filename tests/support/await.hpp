// Waiting for what another thread, a process or a timer brings about. The deadline is one that only a broken program reaches.
#pragma once

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <thread>

#include "catch.hpp"

namespace madang::test {

inline constexpr std::chrono::seconds most_patience{60};

// Asks until it is so.
template <class Condition>
void await(Condition done) {
    const auto give_up = std::chrono::steady_clock::now() + most_patience;
    while (!done()) {
        if (std::chrono::steady_clock::now() >= give_up) FAIL("waited in vain");
        std::this_thread::yield();
    }
}

// The same, while this thread runs what is posted to `io`.
template <class Condition>
void await(boost::asio::io_context& io, Condition done) {
    const auto give_up = std::chrono::steady_clock::now() + most_patience;
    while (!done()) {
        if (std::chrono::steady_clock::now() >= give_up) FAIL("waited in vain");
        io.restart();
        io.run_one_for(std::chrono::seconds{1});
    }
}

}  // namespace madang::test

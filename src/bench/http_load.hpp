// Keep-alive HTTP clients, each with one request under way, on one thread.
#pragma once

#include "madang/bench/bench.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace madang::bench {

struct http_request {
    std::string method;
    std::string path;
    std::string body;        // JSON; empty: none
    std::string_view token;  // of who asks; outlives the run
};

// Whose request is the next: the n-th of all, by which client.
struct turn {
    std::uint64_t n = 0;
    std::size_t client = 0;
};

using next_request = std::function<http_request(const turn& t)>;

struct http_load_result {
    std::uint64_t answered = 0;
    std::uint64_t failed = 0;  // with a status other than 2xx
    std::uint64_t writes = 0;  // requests other than GET
    std::uint64_t bytes = 0;   // of the answers' bodies
    double seconds = 0;
    std::vector<double> milliseconds;
};

// Until `requests` were answered, or for o.duration when that is 0. Throws when a connection breaks.
[[nodiscard]] http_load_result run_http_load(const options& o, int clients, std::uint64_t requests, const next_request& next);

}  // namespace madang::bench

// Keep-alive HTTP clients, each with one request under way, on one thread.
#pragma once

#include "madang/bench/bench.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace madang::bench {

struct http_request {
    std::string method;
    std::string path;
    std::string body;  // JSON; empty: none
};

struct http_load_result {
    std::uint64_t answered = 0;
    std::uint64_t failed = 0;  // with a status of 400 and above
    double seconds = 0;
    std::vector<double> milliseconds;
};

// Until `requests` were answered, or for o.duration when that is 0. `next` makes the n-th request. Throws when a connection
// breaks.
[[nodiscard]] http_load_result run_http_load(const options& o, const std::string& token, int clients, std::uint64_t requests,
                                             const std::function<http_request(std::uint64_t n)>& next);

}  // namespace madang::bench

// A run of keep-alive HTTP clients, and the line that says what it was like.
#pragma once

#include "http_load.hpp"
#include "scene.hpp"

namespace madang::bench {

// As run_http_load. Throws after the line when an answer's status was not of 2xx: such figures are worth nothing.
void measure(const options& o, const scene& s, const std::string& what, int clients, std::uint64_t requests,
             const next_request& next);

}  // namespace madang::bench

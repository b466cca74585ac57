#include "http_measure.hpp"

#include "percentile.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <stdexcept>

namespace madang::bench {

void measure(const options& o, const scene& s, const std::string& what, int clients, std::uint64_t requests,
             const next_request& next) {
    const double cpu = s.cpu();
    const double batches = s.batches();
    auto r = run_http_load(o, clients, requests, next);
    const double used = s.cpu() - cpu;
    const double committed = s.batches() - batches;
    const auto n = static_cast<double>(r.answered);
    fmt::print(
        "{}: {:.0f} requests in {:.2f} s, {:.0f}/s, {:.0f} per CPU second, {} failed, p50 {:.2f} ms, p95 {:.2f} ms, p99 {:.2f} "
        "ms, {:.0f} bytes an answer",
        what, n, r.seconds, n / r.seconds, n / used, r.failed, percentile(r.milliseconds, 0.5), percentile(r.milliseconds, 0.95),
        percentile(r.milliseconds, 0.99), static_cast<double>(r.bytes) / n);
    if (r.writes > 0 && committed > 0) fmt::print(", {:.1f} writes a transaction", static_cast<double>(r.writes) / committed);
    fmt::print("\n");
    std::fflush(stdout);
    if (r.failed > 0) throw std::runtime_error(fmt::format("{} requests failed", r.failed));
}

}  // namespace madang::bench

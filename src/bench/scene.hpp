// Two people who are friends, and rooms of the two: what a workload begins with.
#pragma once

#include "http_client.hpp"
#include "madang/bench/bench.hpp"

#include <chrono>
#include <string>

namespace madang::bench {

using steady = std::chrono::steady_clock;

class scene {
public:
    explicit scene(const options& o);

    // A new room of the two.
    [[nodiscard]] std::int64_t room() const;
    [[nodiscard]] const std::string& token() const { return token_; }
    [[nodiscard]] const http_client& admin() const { return admin_; }
    // Of the server: CPU seconds so far, resident bytes, transactions committed so far.
    [[nodiscard]] double cpu() const { return metric(admin_, "process_cpu_seconds_total"); }
    [[nodiscard]] double memory() const { return metric(admin_, "process_resident_memory_bytes"); }
    [[nodiscard]] double batches() const { return metric(admin_, "madang_storage_batches_total"); }

private:
    std::string sign_up(const std::string& name, std::int64_t& id);

    http_client api_;
    http_client admin_;
    std::int64_t friend_ = 0;
    std::string token_;
};

}  // namespace madang::bench

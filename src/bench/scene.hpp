// Two people who are friends, and rooms of the two: what a workload begins with.
#pragma once

#include "http_client.hpp"
#include "madang/bench/bench.hpp"

#include <chrono>
#include <string>

namespace madang::bench {

using steady = std::chrono::steady_clock;

struct person {
    std::int64_t id = 0;
    std::string token;
};

// Makes an account and signs it in.
[[nodiscard]] person sign_up(const http_client& api, const std::string& name);

// For names that nobody had in an earlier run on the same database; of one length.
[[nodiscard]] std::string new_tag();

class scene {
public:
    explicit scene(const options& o);

    // A new room of the two.
    [[nodiscard]] std::int64_t room() const;
    [[nodiscard]] const std::string& token() const { return me_.token; }
    [[nodiscard]] const http_client& admin() const { return admin_; }
    // Of the server: CPU seconds so far, resident bytes, transactions committed so far.
    [[nodiscard]] double cpu() const { return metric(admin_, "process_cpu_seconds_total"); }
    [[nodiscard]] double memory() const { return metric(admin_, "process_resident_memory_bytes"); }
    [[nodiscard]] double batches() const { return metric(admin_, "madang_storage_batches_total"); }

private:
    http_client api_;
    http_client admin_;
    person friend_;
    person me_;
};

}  // namespace madang::bench

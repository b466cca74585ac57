#include "figures.hpp"

#include "madang/observe/log.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace madang::app {
namespace {

double resident_bytes() {
    std::ifstream statm{"/proc/self/statm"};
    double size = 0;
    double resident = 0;
    statm >> size >> resident;
    return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& t) { return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6; };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double open_files() {
    std::error_code ec;
    double n = 0;
    for (std::filesystem::directory_iterator at{"/proc/self/fd", ec}, end; !ec && at != end; at.increment(ec)) ++n;
    return n;
}

}  // namespace

void export_figures(metrics::registry& m, const storage::store_stats& s, const argon2_hasher& hasher) {
    const auto read = [](const std::atomic<std::uint64_t>& n) {
        return [&n] { return static_cast<double>(n.load(std::memory_order_relaxed)); };
    };
    m.add_counter_from("madang_storage_batches_total", "Transactions committed.", read(s.batches));
    m.add_counter_from("madang_storage_units_total", "Units of writing committed.", read(s.units));
    m.add_counter_from("madang_storage_refused_total",
                       "Work refused because its queue was full, or its turn did not come in time.", read(s.refused));
    m.add_counter_from("madang_storage_failures_total", "Failures of the database.", read(s.failures));
    m.add_counter_from("madang_storage_reads_total", "Reads.", read(s.reads));
    m.add_gauge_from("madang_storage_queue_rows", "Units waiting to be written.", read(s.queue_rows));
    m.add_gauge_from("madang_storage_queue_bytes", "Their bytes.", read(s.queue_bytes));
    m.add_gauge_from("madang_storage_failing", "1 during an outage of the database.", [&s] { return s.failing ? 1.0 : 0.0; });
    m.add_gauge_from("madang_storage_last_commit_seconds", "How long the last transaction took.",
                     [&s] { return static_cast<double>(s.last_commit_micros.load(std::memory_order_relaxed)) / 1e6; });
    m.add_gauge_from("madang_hash_waiting", "Passwords being hashed or waiting for it.",
                     [&hasher] { return static_cast<double>(hasher.waiting()); });
    m.add_counter_from("madang_log_dropped_total", "Log lines lost to a full queue.",
                       [] { return static_cast<double>(log::dropped()); });
    m.add_gauge_from("process_resident_memory_bytes", "Resident memory.", resident_bytes);
    m.add_counter_from("process_cpu_seconds_total", "User and system CPU time.", cpu_seconds);
    m.add_gauge_from("process_open_fds", "Open files.", open_files);
}

}  // namespace madang::app

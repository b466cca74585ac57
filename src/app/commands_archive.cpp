// Commands on the whole database: files of everything in it, and its epoch.
#include "commands.hpp"
#include "database.hpp"

#include "madang/storage/archive.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

namespace madang::app {
namespace {

using namespace std::chrono_literals;

// On a terminal a line for each table, and one a second; in a log one in ten seconds, so that what is short says nothing.
class meter {
public:
    void operator()(const storage::archive_progress& p) {
        const auto now = std::chrono::steady_clock::now();
        if (now < next_ && !(terminal_ && p.rows == 0)) return;
        next_ = now + pause_;
        if (p.rows == 0)
            fmt::print(stderr, "{}: {} rows\n", p.table, p.of);
        else
            fmt::print(stderr, "{}: {} of {} rows\n", p.table, p.rows, p.of);
    }

private:
    const bool terminal_ = ::isatty(STDERR_FILENO) != 0;
    const std::chrono::seconds pause_ = terminal_ ? 1s : 10s;
    std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + pause_;
};

void sum_up(const char* done, const storage::archive_summary& s, std::chrono::steady_clock::time_point since) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - since;
    fmt::print(stderr, "{} {} rows in {:.1f} s{}, epoch {}\n", done, s.rows, took.count(),
               s.earlier > 0 ? fmt::format(", {} of them in an earlier run", s.earlier) : "", s.epoch);
}

storage::export_options export_options() { return {MADANG_VERSION, meter{}}; }

// A reader that has gone is an error of a call, told like any other.
void ignore_broken_pipes() { std::signal(SIGPIPE, SIG_IGN); }

}  // namespace

int export_all(const config::settings& s, const std::string& file, bool resume) {
    ignore_broken_pipes();
    const auto began = std::chrono::steady_clock::now();
    const system_clock time;
    expect_schema(s);
    const auto how = resume ? storage::export_mode::resume : storage::export_mode::anew;
    sum_up("exported", storage::export_archive(place_of(s), file, how, export_options(), time), began);
    return 0;
}

int back_up(const config::settings& s, const std::string& file) {
    ignore_broken_pipes();
    const auto began = std::chrono::steady_clock::now();
    const system_clock time;
    expect_schema(s);
    sum_up("backed up", storage::back_up(place_of(s), file, export_options(), time), began);
    return 0;
}

int import_all(const config::settings& s, const std::string& file, storage::import_mode how) {
    const auto began = std::chrono::steady_clock::now();
    const auto lock = lock_database(s);
    prepare_new(s, system_clock{});
    expect_schema(s);
    sum_up("imported", storage::import_archive(place_of(s), file, how, meter{}), began);
    return 0;
}

int epoch_print(const config::settings& s) {
    expect_schema(s, newer_schema::fine);
    fmt::print("{}\n", storage::epoch_of(place_of(s)));
    return 0;
}

int epoch_new(const config::settings& s) {
    expect_schema(s, newer_schema::fine);
    fmt::print("{}\n", storage::renew_epoch(place_of(s)));
    fmt::print(stderr, "clients reload instead of resuming\n");
    return 0;
}

}  // namespace madang::app

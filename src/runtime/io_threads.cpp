#include "madang/runtime/io_threads.hpp"

#include "madang/observe/log.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <exception>

namespace madang::runtime {

io_threads::io_threads(std::size_t threads)
    : count_(threads != 0 ? threads : std::max(1U, std::thread::hardware_concurrency())),
      io_(static_cast<int>(count_)),
      guard_(io_.get_executor()) {}

io_threads::~io_threads() {
    stop();
    for (auto& t : threads_) t.join();
}

void io_threads::run() {
    for (std::size_t i = 1; i < count_; ++i) threads_.emplace_back([this] { work(); });
    work();
    for (auto& t : threads_) t.join();
    threads_.clear();
}

void io_threads::work() {
    for (;;) {
        try {
            io_.run();
            return;
        } catch (const std::exception& bug) {
            log::error("a handler threw", {{"error", bug.what()}});
        }
    }
}

std::size_t raise_file_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace madang::runtime

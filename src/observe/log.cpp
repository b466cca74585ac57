#include "madang/observe/log.hpp"

#include "log_line.hpp"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <memory>
#include <mutex>
#include <shared_mutex>

namespace madang::log {
namespace {

// The queue and its one writing thread. Destroying it writes what still waits: the pool goes first, and with it the thread.
struct writer {
    format how;
    std::shared_ptr<spdlog::async_logger> logger;
    std::shared_ptr<spdlog::details::thread_pool> pool;

    writer(format f, std::size_t queue) : how(f), pool(std::make_shared<spdlog::details::thread_pool>(queue, 1)) {
        logger = std::make_shared<spdlog::async_logger>("madang", std::make_shared<spdlog::sinks::stderr_sink_mt>(), pool,
                                                        spdlog::async_overflow_policy::overrun_oldest);
        logger->set_level(spdlog::level::trace);  // levels are judged before it
        logger->set_pattern("%v");
    }
};

// Shared while a line is handed over, alone while the writer is changed.
std::shared_mutex guard;
std::unique_ptr<writer> current;
std::atomic<std::uint64_t> dropped_before{0};  // by writers that are gone

void submit(const event& what) {
    line_buffer line;
    const std::shared_lock lock(guard);
    if (!current) return;
    append_line(line, current->how, what);
    current->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

timestamp now() { return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

void replace(std::unique_ptr<writer> next) {
    const std::unique_lock lock(guard);
    if (current) dropped_before += current->pool->overrun_counter();
    current = std::move(next);
}

}  // namespace

void start(level least, format how, std::size_t queue) {
    replace(std::make_unique<writer>(how, queue));
    set_level(least);
}

void stop() {
    set_level(level::off);
    replace(nullptr);
}

void set_level(level least) noexcept { detail::least.store(least, std::memory_order_relaxed); }

std::uint64_t dropped() noexcept {
    const std::shared_lock lock(guard);
    return dropped_before + (current ? current->pool->overrun_counter() : 0);
}

void detail::write(level at, std::string_view message, fields with) { submit({now(), at, message, std::nullopt, with}); }

void detail::write_trace(session_id session, std::string_view message, fields with) {
    submit({now(), level::trace, message, session, with});
}

}  // namespace madang::log

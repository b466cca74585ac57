// The few sessions whose every step is logged. Read by all threads without a lock, changed rarely under one.
#include "madang/observe/log.hpp"

#include <array>
#include <mutex>

namespace madang::log {
namespace {

std::mutex changing;
std::array<std::atomic<std::int64_t>, most_traced> sessions{};  // 0: free

std::atomic<std::int64_t>* find(std::int64_t value) {
    for (auto& slot : sessions)
        if (slot.load(std::memory_order_relaxed) == value) return &slot;
    return nullptr;
}

}  // namespace

bool trace_session(session_id session, bool on) {
    if (!session) return false;
    const std::lock_guard lock(changing);
    auto* slot = find(session.value);
    if (on == (slot != nullptr)) return true;
    if (on) slot = find(0);
    if (slot == nullptr) return false;
    slot->store(on ? session.value : 0, std::memory_order_relaxed);
    detail::traced_count += on ? std::size_t{1} : ~std::size_t{0};
    return true;
}

bool traced(session_id session) noexcept {
    if (detail::traced_count.load(std::memory_order_relaxed) == 0) return false;
    return session && find(session.value) != nullptr;
}

}  // namespace madang::log

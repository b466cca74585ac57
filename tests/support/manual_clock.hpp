// A clock that tests move by hand. Thread-safe.
#pragma once

#include "madang/base/clock.hpp"

#include <atomic>
#include <chrono>

namespace madang::test {

class manual_clock final : public clock {
public:
    [[nodiscard]] timestamp now() const override { return timestamp{std::chrono::milliseconds{now_.load()}}; }
    [[nodiscard]] steady_time steady_now() const override { return steady_time{std::chrono::milliseconds{now_.load()}}; }

    void advance(std::chrono::milliseconds by) { now_ += by.count(); }

private:
    std::atomic<std::int64_t> now_{1'795'336'200'000};  // 2026-11-22T08:30:00Z
};

}  // namespace madang::test

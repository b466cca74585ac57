#include "sqlite/writer.hpp"

#include <chrono>
#include <exception>

namespace madang::storage::sqlite {
namespace {

constexpr std::chrono::seconds come_back{1};

}  // namespace

writer::writer(database db, const sqlite_options& options, const clock& clock, reporter& report)
    : options_(options),
      clock_(clock),
      report_(report),
      health_(report),
      stats_(report.stats()),
      db_(std::move(db)),
      thread_([this] { run(); }) {}

void writer::offer(std::unique_ptr<unit> u) {
    error refusal;
    {
        const std::lock_guard hold{lock_};
        const bool full = queue_.size() >= options_.queue_rows || queued_bytes_ + u->bytes() > options_.queue_bytes;
        if (!stopping_ && !full) {
            queued_bytes_ += u->bytes();
            queue_.push_back(std::move(u));
            stats_.queue_rows = queue_.size();
            stats_.queue_bytes = queued_bytes_;
            if (queue_.size() > 1) return;  // the thread has been woken, or is at work and will look again
        } else {
            refusal = retry_later(stopping_ ? errc::unavailable : errc::too_busy, come_back);
        }
    }
    if (!u) return wake_.notify_one();
    ++stats_.refused;
    u->answer(std::move(refusal));  // NOLINT(bugprone-use-after-move): it is still here
}

void writer::stop() {
    {
        const std::lock_guard hold{lock_};
        stopping_ = true;
    }
    wake_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void writer::run() {
    for (batch units = next_batch(); !units.empty(); units = next_batch()) write(units);
}

// Waits for work; empty when all is done and the store stops. A unit larger than a batch goes alone.
writer::batch writer::next_batch() {
    std::unique_lock hold{lock_};
    wake_.wait(hold, [this] { return stopping_ || !queue_.empty(); });
    batch units;
    std::size_t bytes = 0;
    while (!queue_.empty() && units.size() < options_.batch_rows) {
        bytes += queue_.front()->bytes();
        if (!units.empty() && bytes > options_.batch_bytes) break;
        queued_bytes_ -= queue_.front()->bytes();
        units.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    stats_.queue_rows = queue_.size();
    stats_.queue_bytes = queued_bytes_;
    return units;
}

// Where one unit fails by a fault of its own, the others are done again one by one, so that it fails alone.
void writer::write(batch& units) {
    try {
        if (commit_together(units)) return;
        if (units.size() == 1) return refuse(units, errc::internal);
        for (auto& u : units) {
            const std::span alone{&u, 1};
            if (!commit_together(alone)) refuse(alone, errc::internal);
        }
    } catch (const failure& e) {
        health_.fails(e.what());
        std::erase(units, nullptr);
        refuse(units, e.as_error());
    }
}

// One transaction. True when all units have been answered (and are gone); false when one of them was at fault and nothing was
// done. Throws a failure of the environment: nothing was done either, or, when the commit itself failed, nobody knows.
bool writer::commit_together(std::span<std::unique_ptr<unit>> units) {
    const auto began = std::chrono::steady_clock::now();
    std::vector<domain::commit> commits;
    try {
        transaction all{db_, transaction::kind::write};
        writing w{db_, clock_.now(), commits, options_.limits};
        for (auto& u : units) u->run(w);
        all.commit();
    } catch (const failure& e) {
        if (e.of_environment()) throw;
        report_.failed(e.what());
        return false;
    } catch (const std::exception& e) {
        report_.failed(e.what());
        return false;
    }
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
    stats_.last_commit_micros = static_cast<std::uint64_t>(took.count());
    health_.works();
    ++stats_.batches;
    stats_.units += units.size();

    auto* listener = listener_.load();
    if (listener != nullptr && !commits.empty()) listener->committed(std::move(commits));
    for (auto& u : units) std::exchange(u, nullptr)->answer(std::nullopt);
    return true;
}

void writer::refuse(std::span<std::unique_ptr<unit>> units, const error& why) {
    for (auto& u : units) std::exchange(u, nullptr)->answer(why);
}

}  // namespace madang::storage::sqlite

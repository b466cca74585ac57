#include "postgres/pipeline.hpp"

#include <fmt/format.h>

#include <utility>

namespace madang::storage::postgres {

void pipeline::send(const std::shared_ptr<request>& r) {
    if (broken_) {
        r->failed = failure::connection_lost("there is no connection");
        return finish(r);
    }
    under_way_.push_back({r, {}});
    if (!put(under_way_.back())) return lose(wire_.last_error());
    flush();
}

bool pipeline::put(sent& s) {
    for (const auto& statement : s.r->what.all()) {
        const char* const text = statement.text.text();
        auto [at, is_new] = prepared_.try_emplace(text);
        if (is_new) {
            at->second = fmt::format("m{}", ++names_);
            if (!wire_.send_prepare(at->second.c_str(), text)) return false;
            s.results.push_back(text);
        }
        if (!wire_.send_execute(at->second.c_str(), statement.values)) return false;
        s.results.push_back(nullptr);
    }
    return wire_.send_sync();
}

void pipeline::flush() {
    const auto left = wire_.flush();
    if (left == wire::flushed::failed) return lose(wire_.last_error());
    wants_to_write_ = left == wire::flushed::some;
}

void pipeline::writable() {
    if (!broken_) flush();
}

void pipeline::readable() {
    if (broken_) return;
    const bool more = wire_.consume_input();
    // What came before the end is taken even then: it may hold the server's own word on why.
    take_results();
    if (broken_) return;
    if (!more || !wire_.is_connected()) return lose(wire_.last_error());
    if (wants_to_write_) flush();
}

void pipeline::take_results() {
    while (!broken_ && !under_way_.empty() && !wire_.is_busy()) {
        auto found = wire_.next_result();
        if (found) {
            nulls_ = 0;
            take(under_way_.front(), std::move(found));
        } else if (++nulls_ >= 3) {
            // One separates two statements; three while a sync is due: nothing will come any more.
            lose(wire_.last_error());
        }
    }
}

void pipeline::take(sent& front, result_ptr found) {
    request& r = *front.r;
    const auto status = PQresultStatus(found.get());
    if (status == PGRES_PIPELINE_SYNC) {
        const auto done = std::move(front.r);
        under_way_.pop_front();
        return finish(done);
    }
    // At the sync itself: the commit failed and the server ends, or it says a last word before it does.
    if (front.results.empty()) return lose(status == PGRES_FATAL_ERROR ? words_of(found.get()) : "more results than statements");
    const char* const prepared = std::exchange(front.results.front(), nullptr);
    front.results.pop_front();
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
        if (prepared == nullptr) r.found.emplace_back(std::shared_ptr<const PGresult>{std::move(found)});
        return;
    }
    if (prepared != nullptr) prepared_.erase(prepared);  // it was not: the next one tries again, under another name
    if (status == PGRES_PIPELINE_ABORTED || r.failed) return;
    const char* const state = PQresultErrorField(found.get(), PG_DIAG_SQLSTATE);
    r.failed = failure{state != nullptr ? state : "", fmt::format("PostgreSQL {}", words_of(found.get()))};
}

std::string pipeline::words_of(const PGresult* r) const {
    const char* const state = PQresultErrorField(r, PG_DIAG_SQLSTATE);
    const char* const text = PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY);
    return fmt::format("{}: {}", state != nullptr ? state : "-", text != nullptr ? text : wire_.last_error());
}

void pipeline::finish(const std::shared_ptr<request>& r) {
    if (r->failed) r->found.clear();
    r->done = true;
    if (r->when_done) std::exchange(r->when_done, nullptr)();
}

void pipeline::lose(std::string_view what) { give_up(failure::connection_lost(what.empty() ? "the connection was lost" : what)); }

void pipeline::give_up(const failure& why) {
    broken_ = true;
    wants_to_write_ = false;
    for (auto all = std::exchange(under_way_, {}); auto& one : all) {
        // What the server said of a statement stands (an end by the administrator, 57P01; a disk that failed), but without its
        // sync nobody knows what became of it.
        one.r->failed = one.r->failed ? one.r->failed->and_lost() : why;
        finish(one.r);
    }
}

}  // namespace madang::storage::postgres

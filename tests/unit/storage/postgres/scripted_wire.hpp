// A wire that plays libpq and the server from a script, and a pipeline over it.
#pragma once

#include "postgres/connector.hpp"
#include "postgres/pipeline.hpp"
#include "server.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace madang::test::scripted {

using namespace madang::storage::postgres;
using list = std::vector<std::string>;

// One row of one column, in which a test finds its answer again.
inline result_ptr row_with(std::string text) {
    result_ptr made{PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK)};
    std::string name = "found";
    PGresAttDesc column{name.data(), 0, 0, 1, 25, -1, -1};
    PQsetResultAttrs(made.get(), 1, &column);
    PQsetvalue(made.get(), 0, 0, text.data(), static_cast<int>(text.size()));
    return made;
}

inline result_ptr status_of(ExecStatusType status) { return result_ptr{PQmakeEmptyPGresult(nullptr, status)}; }
inline result_ptr prepared() { return status_of(PGRES_COMMAND_OK); }
inline result_ptr failed() { return status_of(PGRES_FATAL_ERROR); }
inline result_ptr skipped() { return status_of(PGRES_PIPELINE_ABORTED); }
inline result_ptr synced() { return status_of(PGRES_PIPELINE_SYNC); }

// Only a server makes results that carry a SQLSTATE.
inline result_ptr failed_with(const std::string& sqlstate) {
    const auto c =
        connector{postgres_server::shared().database("postgres").text, std::chrono::seconds{20}}.open_now(use::reading);
    const auto text = fmt::format("DO $$ BEGIN RAISE EXCEPTION 'said by the server' USING ERRCODE = '{}'; END $$", sqlstate);
    return result_ptr{PQexec(c.get(), text.c_str())};
}

class scripted_wire final : public wire {
public:
    // What the server sends, a statement's result with the NULL behind it. Until it is said, libpq is busy.
    void say(result_ptr found) {
        const bool separated = PQresultStatus(found.get()) != PGRES_PIPELINE_SYNC;
        coming_.push_back(std::move(found));
        if (separated) coming_.push_back(nullptr);
    }
    template <class... Found>
    void say(result_ptr first, Found... others) {
        say(std::move(first));
        (say(std::move(others)), ...);
    }
    void say_null() { coming_.push_back(nullptr); }
    // Moves the first of them to another wire, which is thereby told no more than them.
    void move_first_to(scripted_wire& other, std::size_t count) {
        for (; count > 0; --count, coming_.pop_front()) other.coming_.push_back(std::move(coming_.front()));
    }
    [[nodiscard]] std::size_t to_come() const { return coming_.size(); }

    list sent;
    std::deque<flushed> flushes;  // what the next flushes answer; afterwards `all`
    std::size_t flushed_times = 0;
    std::size_t read_times = 0;
    bool takes = true;  // what is sent
    bool input_ok = true;
    bool connected = true;
    std::string error_text;

    bool send_prepare(const char* name, const char* text) override { return note(fmt::format("prepare {} {}", name, text)); }
    bool send_execute(const char* name, const parameters&) override { return note(fmt::format("execute {}", name)); }
    bool send_sync() override { return note("sync"); }
    flushed flush() override {
        ++flushed_times;
        if (flushes.empty()) return flushed::all;
        const auto next = flushes.front();
        flushes.pop_front();
        return next;
    }
    bool consume_input() override {
        ++read_times;
        return input_ok;
    }
    bool is_busy() override { return coming_.empty(); }
    result_ptr next_result() override {
        auto next = std::move(coming_.front());
        coming_.pop_front();
        return next;
    }
    bool is_connected() override { return connected; }
    std::string last_error() override { return error_text; }
    int socket() override { return -1; }

private:
    bool note(std::string what) {
        sent.push_back(std::move(what));
        return takes;
    }

    std::deque<result_ptr> coming_;
};

inline constexpr sql one = "SELECT one";
inline constexpr sql two = "SELECT two";
inline constexpr sql three = "SELECT three";

template <class... More>
std::shared_ptr<request> asks(sql first, More... more) {
    auto all = statements::of(first);
    (all.add(more), ...);
    return std::make_shared<request>(std::move(all));
}

inline list found(const request& r) {
    list texts;
    for (const auto& rows : r.found)
        for (const auto row : rows) texts.push_back(row.get<std::string>(0));
    return texts;
}

inline bool succeeded(const request& r) { return r.done && !r.failed; }

// A pipeline that has prepared the three statements.
struct warm_pipeline {
    scripted_wire wire;
    pipeline p{wire};

    warm_pipeline() {
        p.send(asks(one, two, three));
        wire.say(prepared(), row_with(""), prepared(), row_with(""), prepared(), row_with(""), synced());
        p.readable();
        wire.sent.clear();
        wire.flushed_times = 0;
    }
};

}  // namespace madang::test::scripted

// Units of writing, as they wait in a lane: each is committed or refused as a whole, and its caller is answered once.
// Made on the caller's strand; afterwards they belong to the lane's.
#pragma once

#include "madang/runtime/pending.hpp"
#include "postgres/writing.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

namespace madang::storage::postgres {

using runtime::pending;

class unit {
public:
    enum class kind {
        message,  // one of many in one statement
        mark,     // a read mark; likewise
        work,     // statements of its own, in a transaction with others of its kind
        alone,    // the same, in a transaction of its own: it locks more than its room
    };

    unit(kind k, room_id room, std::size_t text) : what(k), room(room), bytes(overhead + text) {}
    virtual ~unit() = default;
    unit(const unit&) = delete;
    unit& operator=(const unit&) = delete;

    // Answers the caller, if it was not answered yet.
    virtual void refuse(error why) = 0;
    [[nodiscard]] virtual bool answered() const = 0;

    const kind what;
    const room_id room;       // whose order it keeps; 0: of a room that is not there yet
    const std::size_t bytes;  // what it takes of the queue
    steady_time deadline{};   // answered `unavailable` then, whatever becomes of it
    bool unsure = false;      // an attempt's outcome was lost with its connection
    bool was_held = false;    // somebody held its room, or what else it needs, for too long

private:
    static constexpr std::size_t overhead = 256;
};

template <class T>
class answerable : public unit {
public:
    answerable(kind k, room_id room, std::size_t text, std::unique_ptr<pending<T>> r)
        : unit(k, room, text), asker_(std::move(r)) {}

    void answer(result<T> found) {
        if (const auto once = std::exchange(asker_, nullptr)) once->give(std::move(found));
    }
    void refuse(error why) override { answer(std::move(why)); }
    [[nodiscard]] bool answered() const override { return asker_ == nullptr; }
    [[nodiscard]] std::unique_ptr<pending<T>> take_asker() { return std::move(asker_); }

private:
    std::unique_ptr<pending<T>> asker_;
};

class message_unit final : public answerable<domain::posted> {
public:
    message_unit(domain::new_message given, std::unique_ptr<pending<domain::posted>> r)
        : answerable(kind::message, given.room, given.text.size() + given.key.size(), std::move(r)), m(std::move(given)) {}

    domain::new_message m;
};

class mark_unit final : public answerable<bool> {
public:
    mark_unit(room_id room, user_id u, ordinal_t o, std::unique_ptr<pending<bool>> r)
        : answerable(kind::mark, room, 0, std::move(r)), user(u), ordinal(o) {}

    const user_id user;
    const ordinal_t ordinal;
};

class work_unit : public unit {
public:
    using unit::unit;
    // Inside the transaction, with the room locked. Judges before it writes, so a refusal leaves no trace. May run again after a
    // rollback. Throws failure.
    [[nodiscard]] virtual task<> run(writing& w) = 0;
    // Answers with what run() found.
    virtual void answer_found() = 0;
};

// `Work`: task<result<T>>(writing&), callable more than once.
template <class T, class Work>
class work_of final : public work_unit {
public:
    work_of(kind k, room_id room, std::size_t text, Work work, std::unique_ptr<pending<T>> r)
        : work_unit(k, room, text), work_(std::move(work)), asker_(std::move(r)) {}

    task<> run(writing& w) override { found_ = co_await work_(w); }
    void answer_found() override { give(std::move(found_)); }
    void refuse(error why) override { give(std::move(why)); }
    [[nodiscard]] bool answered() const override { return asker_ == nullptr; }

private:
    void give(result<T> answer) {
        if (const auto once = std::exchange(asker_, nullptr)) once->give(std::move(answer));
    }

    Work work_;
    std::unique_ptr<pending<T>> asker_;
    result<T> found_ = errc::internal;
};

}  // namespace madang::storage::postgres

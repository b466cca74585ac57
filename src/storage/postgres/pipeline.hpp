// libpq in pipeline mode as a state machine: requests go in, answers come out in the same order, and between them the owner waits
// for the socket. No socket, no clock and no thread of its own (engineering notes, chapter 5).
// Thread: the connection's strand.
#pragma once

#include "postgres/failure.hpp"
#include "postgres/statements.hpp"
#include "postgres/wire.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

namespace madang::storage::postgres {

// Statements under way: one sync. When it is `done`, it has either failed or found.
struct request {
    explicit request(statements s) : what(std::move(s)) {}

    statements what;
    answers found;
    std::optional<failure> failed;
    bool done = false;
    std::function<void()> when_done;  // called once, right after `done` became true
};

class pipeline {
public:
    explicit pipeline(wire& w) : wire_(w) {}

    // Writes it into libpq's buffer, behind what is under way. A broken pipeline fails it at once.
    void send(const std::shared_ptr<request>& r);

    // The socket can be read: takes in what came, answers what is complete.
    void readable();
    // The socket can be written: goes on flushing.
    void writable();
    // Bytes wait to be written: the owner waits for the socket to be writable, and still for it to be readable.
    [[nodiscard]] bool wants_to_write() const noexcept { return wants_to_write_; }

    // The connection is of no more use; everything under way has failed.
    [[nodiscard]] bool broken() const noexcept { return broken_; }
    // Breaks it from outside: a deadline has passed, the store stops.
    void give_up(const failure& why);

    [[nodiscard]] std::size_t in_flight() const noexcept { return under_way_.size(); }

private:
    struct sent {
        std::shared_ptr<request> r;
        std::deque<const char*> results;  // what is to come: the text that is being prepared, or null for a statement's rows
    };

    bool put(sent& s);
    void flush();
    void take_results();
    void take(sent& front, result_ptr found);
    static void finish(const std::shared_ptr<request>& r);
    void lose(std::string_view what);
    [[nodiscard]] std::string words_of(const PGresult* r) const;

    wire& wire_;
    std::deque<sent> under_way_;
    std::unordered_map<const char*, std::string> prepared_;  // by the address of the text
    std::size_t names_ = 0;
    int nulls_ = 0;  // in a row
    bool wants_to_write_ = false;
    bool broken_ = false;
};

}  // namespace madang::storage::postgres

// Read marks on their way to the room's other members: merged, at most one digest a second and room, none in rooms over 100
// members. Thread: its own strand; `add` may be called from anywhere. May drop: the marks themselves are in the database.
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/ports/audience.hpp"
#include "madang/domain/ports/room_store.hpp"

#include <chrono>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

namespace madang::domain {

class read_digest {
public:
    static constexpr std::chrono::seconds interval{1};
    static constexpr std::int64_t most_members = 100;
    static constexpr std::size_t most_rooms = 10'000;  // with marks waiting; further ones are dropped

    read_digest(executor strand, room_store& rooms, audience& listeners)
        : strand_(std::move(strand)), timer_(strand_), rooms_(rooms), audience_(listeners) {}

    void add(room_id room, user_id user, ordinal_t ordinal);
    // Marks that another node's digest told: merged with ours for who listens here.
    void hear(room_id room, std::vector<read_mark> marks);
    // Told what this node's own people have read, where other nodes may have listeners too. Before the first add().
    void tell_others(std::function<void(room_id, std::vector<read_mark>)> others) { others_ = std::move(others); }
    void stop();

private:
    struct waiting {
        std::unordered_map<user_id, ordinal_t> marks;  // none: the room was served less than a second ago
        std::unordered_map<user_id, ordinal_t> own;    // those of them that others have not been told
        steady_time due{};
    };

    void put(room_id room, std::span<const read_mark> marks, bool own);
    void send(room_id room, waiting& waits, steady_time now);
    void sweep(steady_time now);
    task<> publish(room_id room, std::vector<read_mark> marks, std::vector<read_mark> own);

    executor strand_;
    timer timer_;
    room_store& rooms_;
    audience& audience_;
    std::function<void(room_id, std::vector<read_mark>)> others_;
    std::unordered_map<room_id, waiting> rooms_waiting_;
    bool armed_ = false;
    bool stopped_ = false;
};

}  // namespace madang::domain

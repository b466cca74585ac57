// From the commit to the listeners: every committed event passes its room's feed, whatever it came from, and leaves in seq order.
// Thread: one strand for all feeds (`committed` is called on the store's thread and posts once a batch). A feed lives while its
// room has listeners. Also tells people on this node which rooms came and went for them.
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/ports/audience.hpp"
#include "madang/domain/ports/room_log.hpp"
#include "madang/domain/ports/room_store.hpp"
#include "madang/domain/room_feed.hpp"

#include <chrono>
#include <unordered_map>

namespace madang::domain {

class room_feeds final : public commit_listener {
public:
    static constexpr std::chrono::milliseconds patience{30};  // for a predecessor, before the gap is read from the database

    room_feeds(executor strand, room_store& rooms, audience& listeners)
        : strand_(std::move(strand)), timer_(strand_), rooms_(rooms), audience_(listeners) {}

    void committed(std::vector<commit> batch) override;
    // Compares these rooms with the database and delivers what they missed: somebody suspects that a commit of another node was
    // not heard. At most room_store::most_heads. Resumes on the caller's strand.
    async_result<> check(std::vector<room_id> rooms);
    // History was restored to an earlier state: where the rooms stood is void.
    void forget();
    void stop();

private:
    void take(std::vector<commit> batch);
    void deliver(std::vector<commit> ready);
    void repair_later();
    void repair_gaps();
    task<> repair(room_id room);
    async_result<> compare(std::vector<room_id> rooms);
    task<> advance(room_id room, seq_t head);
    std::vector<commit> pass(room_feed& feed, std::vector<event> events);
    // room_added and room_removed for those who are online here.
    task<> tell_newcomers(room_id room, std::vector<user_id> users);
    void tell_departed(room_id room, const std::vector<user_id>& users);

    executor strand_;
    timer timer_;
    room_store& rooms_;
    audience& audience_;
    std::unordered_map<room_id, room_feed> feeds_;
    bool armed_ = false;
    bool stopped_ = false;
};

}  // namespace madang::domain

// Finds out which rooms people on this node were brought into while nobody could tell: the database is asked for seats taken
// lately, many people at a time. Bounded by the people who are here. Thread: its strand. Lives until stop() and its last
// coroutine.
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/room_feeds.hpp"

#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace madang::bus {

class join_check : public std::enable_shared_from_this<join_check> {
public:
    join_check(executor strand, domain::room_store& rooms, domain::room_feeds& feeds, const clock& time)
        : strand_(std::move(strand)), rooms_(rooms), feeds_(feeds), time_(time), known_until_(time.now()) {}

    // Up to now everything was told.
    void lose_touch() { known_until_ = time_.now(); }
    // Asks for the time since lose_touch() or the last answer. Once at a time.
    void look(std::vector<user_id> people);
    // The last look had no answer, or another one was wanted while it was under way.
    [[nodiscard]] bool owed() const noexcept { return owed_; }
    void stop() { stopped_ = true; }

private:
    // Clocks of nodes differ, and a commit comes after its time stamp.
    static constexpr std::chrono::seconds overlap{10};
    task<> run(std::vector<user_id> people);

    executor strand_;
    domain::room_store& rooms_;
    domain::room_feeds& feeds_;
    const clock& time_;
    timestamp known_until_;
    std::set<std::pair<user_id, room_id>> passed_on_;  // in the last look: the next one finds some of them again
    bool running_ = false;
    bool owed_ = false;
    bool stopped_ = false;
};

}  // namespace madang::bus

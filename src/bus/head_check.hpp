// Compares rooms with the database, many at a time and one question after the other: what is asked for twice meanwhile is asked
// once. Bounded by the rooms that are listened to here. Thread: its strand. Lives until stop() and its last coroutine.
#pragma once

#include "madang/base/async.hpp"
#include "madang/domain/room_feeds.hpp"

#include <memory>
#include <random>
#include <unordered_set>
#include <vector>

namespace madang::bus {

class head_check : public std::enable_shared_from_this<head_check> {
public:
    head_check(executor strand, domain::room_feeds& feeds)
        : strand_(std::move(strand)), pause_(strand_), feeds_(feeds), dice_(std::random_device{}()) {}

    void add(const std::vector<room_id>& rooms);
    void stop();

private:
    task<> run();

    executor strand_;
    timer pause_;
    domain::room_feeds& feeds_;
    std::unordered_set<room_id> due_;
    bool running_ = false;
    bool stopped_ = false;
    std::minstd_rand dice_;
};

}  // namespace madang::bus

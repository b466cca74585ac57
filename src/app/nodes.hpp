// This node's connection to the others that share its database: a bus over Redis, or, without one, looks at the database.
#pragma once

#include "madang/bus/cluster.hpp"
#include "madang/bus/redis_presence.hpp"
#include "madang/bus/redis_transport.hpp"
#include "madang/bus/wide_audience.hpp"
#include "madang/config/settings.hpp"
#include "madang/storage/store.hpp"

#include <memory>
#include <string>

namespace madang::app {

class nodes {
public:
    struct parts {
        domain::room_store& rooms;
        domain::room_feeds& feeds;
        domain::audience& here;
        domain::read_digest& reads;
        domain::revocations& ended;
        const domain::epoch& epoch;
        const clock& time;
    };
    nodes(const config::settings& s, asio::io_context& io, const parts& p, storage::store& store, metrics::registry& m);

    void start();
    void stop();

    [[nodiscard]] domain::audience& everybody() noexcept { return everybody_; }
    [[nodiscard]] domain::commit_listener& commits() noexcept { return cluster_; }
    [[nodiscard]] bus::cluster& cluster() noexcept { return cluster_; }
    // Null without a bus.
    [[nodiscard]] domain::presence_board* board() noexcept { return board_.get(); }
    // "ok", "failing", or "none": no bus is configured.
    [[nodiscard]] std::string bus() const;

private:
    // Says once that several nodes share the database without a bus, should that come to be so.
    task<> look_for_others();

    storage::store& store_;
    timer timer_;
    bool stopped_ = false;
    const std::unique_ptr<bus::redis_transport> redis_;  // null: no bus
    bus::silence silence_;
    bus::cluster cluster_;
    bus::wide_audience everybody_;
    const std::unique_ptr<bus::redis_presence> board_;
};

}  // namespace madang::app

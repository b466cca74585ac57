// Nodes that share a database and a bus, in one thread.
#pragma once

#include "madang/bus/cluster.hpp"
#include "madang/bus/wide_audience.hpp"

#include "../domain/fake_audience.hpp"
#include "../domain/fake_rooms.hpp"
#include "network.hpp"

#include "await.hpp"
#include "catch.hpp"

namespace madang::bus::test {

using namespace madang::domain;
using namespace madang::domain::test;
using namespace madang::test;
using namespace std::chrono_literals;

inline constexpr std::int64_t room = 7;

struct node {
    node(asio::io_context& io, fake_room_store& rooms, network& n, bus::cluster_options o)
        : strand(io.get_executor()),
          transport(n.new_port()),
          feeds(strand, rooms, here),
          reads(strand, rooms, here),
          cluster(strand, {transport, rooms, feeds, here, reads, ended, epoch, clock}, o, metrics),
          wide(here, cluster) {
        cluster.start();
    }
    void listen() {
        here.listened.insert(room_id{room});
        cluster.in_room(room_id{room}, true);
    }

    executor strand;
    network::port& transport;
    fake_audience here;
    room_feeds feeds;
    read_digest reads;
    revocations ended{1min};
    domain::epoch epoch{"e"};
    system_clock clock;
    metrics::registry metrics;
    bus::cluster cluster;
    bus::wide_audience wide;
};

struct world {
    explicit world(bus::cluster_options o = quiet()) : a(io, rooms, net, o), b(io, rooms, net, o) {
        rooms.counts[room_id{room}] = 2;
        turn();
    }
    ~world() {
        for (auto* n : {&a, &b}) {
            n->cluster.stop();
            n->feeds.stop();
            n->reads.stop();
        }
        turn();
    }
    world(const world&) = delete;
    world& operator=(const world&) = delete;

    // Nothing happens by time alone.
    static bus::cluster_options quiet() {
        bus::cluster_options o;
        o.pulse = 1h;
        o.blind_poll = 1h;
        o.slow_poll = 100h;
        return o;
    }
    // With a pulse, and so many channels that the slow round over all of them finds nothing meanwhile.
    static bus::cluster_options pulsing(std::chrono::milliseconds pulse) {
        auto o = quiet();
        o.channels = 20'000;
        o.pulse = pulse;
        return o;
    }
    // What is not heard is asked of the database all the while.
    static bus::cluster_options asking() {
        auto o = quiet();
        o.pulse = 5ms;
        o.blind_poll = 10ms;
        return o;
    }
    void both_listen() {
        a.listen();
        b.listen();
        turn();
    }
    void turn() {
        io.restart();
        io.poll();
    }
    template <class Condition>
    void await(Condition done) {
        madang::test::await(io, done);
    }
    // Commits the room's next event on a node, in the common database.
    void commit(node& on) {
        auto& log = rooms.logs[room_id{room}];
        log.push_back(said(room, static_cast<seq_t>(log.size()) + 1));
        std::vector<domain::commit> batch;
        batch.push_back(committed(room, log.back().seq));
        on.cluster.committed(std::move(batch));
        turn();
    }

    asio::io_context io;
    fake_room_store rooms;
    network net;
    node a, b;
};

using seqs = std::vector<seq_t>;

inline seqs up_to(seq_t last) {
    seqs all;
    for (seq_t seq = 1; seq <= last; ++seq) all.push_back(seq);
    return all;
}

}  // namespace madang::bus::test

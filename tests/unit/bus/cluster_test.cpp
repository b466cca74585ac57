// Nodes that share a database and a bus, in one thread: what reaches whom, and what is done when the bus loses something.
#include "madang/bus/cluster.hpp"
#include "madang/bus/wide_audience.hpp"

#include "../domain/fakes.hpp"
#include "network.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::domain;
using namespace madang::domain::test;
using namespace madang::test;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t room = 7;

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
    void turn() {
        io.restart();
        io.poll();
    }
    // Until it is so.
    template <class Condition>
    void await(Condition done) {
        const auto give_up = std::chrono::steady_clock::now() + 20s;
        while (!done()) {
            io.restart();
            io.run_one_for(1s);
            REQUIRE(std::chrono::steady_clock::now() < give_up);
        }
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

seqs up_to(seq_t last) {
    seqs all;
    for (seq_t seq = 1; seq <= last; ++seq) all.push_back(seq);
    return all;
}

}  // namespace

TEST_CASE("what is committed on one node reaches the listeners of all, once and in order") {
    world w;
    w.a.listen();
    w.b.listen();
    w.turn();
    w.rooms.logs.clear();
    for (int i = 0; i < 3; ++i) {
        w.commit(w.a);
        w.commit(w.b);
    }
    REQUIRE(w.a.here.seqs(room) == up_to(6));
    REQUIRE(w.b.here.seqs(room) == up_to(6));
    REQUIRE(w.rooms.asked.empty());
}

TEST_CASE("a node subscribes to a channel while somebody there listens to one of its rooms or people") {
    world w;
    const auto only_everybody = w.b.transport.wanted;
    REQUIRE(only_everybody.size() == 1);
    w.b.cluster.in_room(room_id{room}, true);
    w.b.cluster.in_user(user_id{room}, true);  // the same channel
    w.turn();
    REQUIRE(w.b.transport.wanted.size() == 2);
    w.b.cluster.in_room(room_id{room}, false);
    w.turn();
    REQUIRE(w.b.transport.wanted.size() == 2);
    w.b.cluster.in_user(user_id{room}, false);
    w.turn();
    REQUIRE(w.b.transport.wanted == only_everybody);
}

TEST_CASE("a lost event is found by the next one and read from the database") {
    world w;
    w.a.listen();
    w.b.listen();
    w.turn();
    w.commit(w.a);
    w.net.loses = [](auto, auto&) { return true; };
    w.commit(w.a);
    w.net.loses = [](auto, auto&) { return false; };
    w.commit(w.a);
    w.await([&] { return w.b.here.seqs(room).size() == 3; });
    REQUIRE(w.b.here.seqs(room) == up_to(3));
}

TEST_CASE("a lost last event is found by the pulse that follows") {
    auto o = world::quiet();
    o.channels = 20'000;  // so that the slow round over all of them does not find it
    o.pulse = 50ms;
    world w{o};
    w.a.listen();
    w.b.listen();
    w.turn();
    w.commit(w.a);
    w.net.loses = [](auto, const std::string& text) { return text.find(" c ") != std::string::npos; };
    w.commit(w.a);
    w.await([&] { return w.b.here.seqs(room).size() == 2; });
    REQUIRE(w.b.here.seqs(room) == up_to(2));
}

TEST_CASE("what a node could not say is found when it can speak again, also when nothing follows") {
    auto o = world::quiet();
    o.channels = 20'000;
    o.pulse = 50ms;
    world w{o};
    w.a.listen();
    w.b.listen();
    w.turn();
    SECTION("after something else") { w.commit(w.a); }
    SECTION("as its first word") { w.commit(w.b); }
    w.a.transport.speaks = false;
    w.commit(w.a);
    w.io.restart();
    w.io.run_for(250ms);  // longer than its pulses
    REQUIRE(w.b.here.seqs(room) == up_to(1));
    w.a.transport.speaks = true;
    w.await([&] { return w.b.here.seqs(room) == up_to(2); });
}

TEST_CASE("pulses cease when nothing is said any more") {
    auto o = world::quiet();
    o.pulse = 5ms;
    world w{o};
    w.commit(w.a);
    w.await([&] { return w.net.carried == 3; });  // itself and two pulses
    const auto until = std::chrono::steady_clock::now() + 50ms;
    w.io.restart();
    w.io.run_until(until);
    REQUIRE(w.net.carried == 3);
}

TEST_CASE("after an outage of the bus the rooms are compared with the database") {
    world w;
    w.a.listen();
    w.b.listen();
    w.turn();
    w.commit(w.a);
    w.b.transport.disconnect();
    w.turn();
    w.commit(w.a);
    w.commit(w.a);
    REQUIRE(w.b.here.seqs(room) == up_to(1));
    w.b.transport.connect();
    w.turn();
    REQUIRE(w.b.here.seqs(room) == up_to(3));
}

TEST_CASE("what a node says before its own way to the bus is back is found in the database, also when nothing follows") {
    auto o = world::quiet();
    o.channels = 20'000;  // so that the slow round over all of them does not find it
    o.pulse = o.blind_poll = 100ms;
    world w{o};
    w.a.listen();
    w.b.listen();
    w.turn();
    w.commit(w.a);
    w.b.transport.disconnect();
    w.b.transport.connect();
    w.io.restart();
    w.io.run_for(250ms);  // what the return itself makes it ask is answered
    w.net.loses = [](auto, auto&) { return true; };
    w.commit(w.a);
    w.await([&] { return w.b.here.seqs(room) == up_to(2); });
}

TEST_CASE("what was lost before the outage was noticed is read when it is") {
    world w;
    w.a.listen();
    w.b.listen();
    w.turn();
    w.commit(w.a);
    w.net.loses = [](auto, auto&) { return true; };
    w.commit(w.a);
    REQUIRE(w.b.here.seqs(room) == up_to(1));
    w.b.transport.disconnect();
    w.turn();
    REQUIRE(w.b.here.seqs(room) == up_to(2));
}

TEST_CASE("without the bus the database is asked again and again") {
    auto o = world::quiet();
    o.pulse = 5ms;
    o.blind_poll = 10ms;
    world w{o};
    w.a.listen();
    w.b.listen();
    w.turn();
    w.commit(w.a);
    w.b.transport.disconnect();
    w.commit(w.a);
    w.await([&] { return w.b.here.seqs(room).size() == 2; });
    w.rooms.broken = true;  // the database, too, for a while
    w.commit(w.a);
    w.io.restart();
    w.io.run_for(30ms);
    REQUIRE(w.b.here.seqs(room) == up_to(2));
    w.rooms.broken = false;
    w.await([&] { return w.b.here.seqs(room).size() == 3; });
}

TEST_CASE("a room that was quiet since its listeners came is told where it stands, and they read for themselves") {
    world w;
    w.b.listen();
    w.turn();
    w.b.transport.disconnect();
    w.commit(w.a);
    w.b.transport.connect();
    w.turn();
    REQUIRE(w.b.here.seqs(room) == seqs{0});
}

TEST_CASE("who joins or leaves hears of it on every node, also where nobody listens to the room") {
    world w;
    w.b.here.here.insert(user_id{5});
    w.rooms.sit(5, room, 0, 1);
    domain::commit joins = committed(room, 1);
    joins.joined = {user_id{5}};
    w.a.cluster.committed({joins});
    w.turn();
    REQUIRE(w.b.here.seqs(room) == seqs{1});
    REQUIRE(w.b.here.told.size() == 1);
    REQUIRE(w.b.here.told.front().first == user_id{5});
    REQUIRE_THAT(w.b.here.told.front().second, Catch::Contains("room_added"));
    domain::commit hides;
    hides.room = room_id{room};
    hides.head = 1;
    hides.left = {user_id{5}};
    w.a.cluster.committed({hides});
    w.turn();
    REQUIRE_THAT(w.b.here.told.back().second, Catch::Contains("room_removed"));
}

TEST_CASE("who joined while the bus was away is found in the database, and told once") {
    auto o = world::quiet();
    o.pulse = 5ms;
    o.blind_poll = 10ms;
    world w{o};
    w.b.here.here.insert(user_id{5});
    w.b.cluster.in_user(user_id{5}, true);
    w.turn();
    w.b.transport.disconnect();
    w.rooms.sit(5, room, 2, 4);
    w.rooms.taken.push_back({user_id{5}, {room_id{room}, 2, 4}});
    w.await([&] { return !w.b.here.told.empty(); });
    REQUIRE_THAT(w.b.here.told.front().second, Catch::Contains("room_added"));
    w.io.restart();
    w.io.run_for(50ms);  // several more looks
    REQUIRE(w.b.here.told.size() == 1);
    REQUIRE(w.b.here.joined == std::vector{user_id{5}});
}

TEST_CASE("who joined while the bus and the database were away is found when both are back") {
    auto o = world::quiet();
    o.pulse = 5ms;
    o.blind_poll = 10ms;
    world w{o};
    w.b.here.here.insert(user_id{5});
    w.b.cluster.in_user(user_id{5}, true);
    w.turn();
    w.rooms.broken = true;
    w.b.transport.disconnect();
    w.rooms.sit(5, room, 2, 4);
    w.rooms.taken.push_back({user_id{5}, {room_id{room}, 2, 4}});
    w.b.transport.connect();
    w.turn();
    REQUIRE(w.b.here.told.empty());
    w.rooms.broken = false;
    w.await([&] { return !w.b.here.told.empty(); });
    REQUIRE_THAT(w.b.here.told.front().second, Catch::Contains("room_added"));
}

TEST_CASE("what people are told, typing and ended sessions reach the other nodes once, and this one too") {
    world w;
    w.b.cluster.in_user(user_id{5}, true);
    w.b.listen();
    w.turn();
    w.a.wide.tell(user_id{5}, R"({"type":"read","roomId":7})");
    w.a.wide.typing(room_id{room}, user_id{6});
    const std::vector ended{session_id{3}, session_id{4}};
    w.a.wide.end(ended);
    w.turn();
    for (auto* n : {&w.a, &w.b}) {
        REQUIRE(n->here.told == std::vector<std::pair<user_id, std::string>>{{user_id{5}, R"({"type":"read","roomId":7})"}});
        REQUIRE(n->here.typed == std::vector<std::pair<room_id, user_id>>{{room_id{room}, user_id{6}}});
        REQUIRE(n->here.closed == ended);
    }
    REQUIRE(w.b.ended.ended(session_id{4}));
    // Known there already: nobody is closed twice.
    w.a.wide.end(ended);
    w.turn();
    REQUIRE(w.b.here.closed == ended);
}

TEST_CASE("what a node keeps is void by what others commit and name, and all of it when something may have been lost") {
    struct kept_copies final : copies {
        void others_committed(std::span<const domain::commit> batch) override {
            for (const auto& c : batch) committed.push_back(c.event->seq);
            delivered.push_back(here->seqs(room).size());
        }
        void others_changed(std::string_view what) override { changed.emplace_back(what); }
        void missed_something() override { ++missed; }
        fake_audience* here = nullptr;
        std::vector<seq_t> committed;
        std::vector<std::size_t> delivered;  // events that had been shown to people here before
        std::vector<std::string> changed;
        int missed = 0;
    };
    kept_copies at_b;
    world w;
    at_b.here = &w.b.here;
    w.b.cluster.tell(at_b);
    w.b.listen();
    w.turn();
    w.commit(w.a);
    w.commit(w.b);  // b's own are told to its copies by its own store
    w.a.cluster.copies_changed("e:u5 e:f6");
    w.turn();
    REQUIRE(at_b.committed == seqs{1});
    REQUIRE(at_b.delivered == std::vector<std::size_t>{0});
    REQUIRE(at_b.changed == std::vector<std::string>{"e:u5 e:f6"});
    REQUIRE(at_b.missed == 0);

    w.net.loses = [](auto, auto&) { return true; };
    w.commit(w.a);
    w.net.loses = [](auto, auto&) { return false; };
    w.commit(w.a);
    REQUIRE(at_b.missed == 1);
    w.b.transport.disconnect();
    w.turn();
    REQUIRE(at_b.missed > 1);
}

TEST_CASE("read marks of all nodes are merged for those who listen") {
    world w;
    w.b.listen();
    w.turn();
    w.a.reads.add(room_id{room}, user_id{1}, 4);
    w.turn();
    REQUIRE(w.b.here.digests == std::vector<std::map<user_id, ordinal_t>>{{{user_id{1}, 4}}});
    // Not before a second has passed, together, and each node's own alone are passed on.
    w.a.reads.add(room_id{room}, user_id{1}, 5);
    w.b.reads.add(room_id{room}, user_id{2}, 5);
    w.await([&] { return w.b.here.digests.size() > 1 && w.a.here.digests.size() > 1; });
    REQUIRE(w.net.carried <= 4);
}

TEST_CASE("notes of another history are not taken") {
    world w;
    w.a.listen();
    w.b.listen();
    w.turn();
    w.a.epoch.change("another");
    w.commit(w.a);
    w.a.wide.typing(room_id{room}, user_id{6});
    w.turn();
    REQUIRE(w.b.here.seqs(room).empty());
    REQUIRE(w.b.here.typed.empty());
}

TEST_CASE("a text that is no note is nothing") {
    world w;
    w.b.listen();
    w.turn();
    for (const auto* text : {"", "1", "2 e 1 1 c []", "1 e x 1 c []", "1 e 1 1 ? x", "1 e 1 1 c {", "1 e 1 1 c [1,{}]",
                             "1 e 1 1 t x", "1 e 1 1 t 7", "1 e 1 1 r 7 1", "1 e 1 1 p 5", "1 e 1 1 s x"})
        for (const auto c : w.b.transport.wanted) w.a.transport.publish(c, text);
    w.turn();
    REQUIRE(w.b.here.delivered.empty());
    REQUIRE(w.b.here.told.empty());
    REQUIRE(w.b.here.typed.empty());
    REQUIRE(w.b.here.closed.empty());
    REQUIRE(w.b.here.digests.empty());
}

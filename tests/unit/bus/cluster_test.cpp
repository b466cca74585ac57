// What reaches whom on the nodes of a cluster.
#include "cluster_world.hpp"

using namespace madang;
using namespace madang::bus::test;

TEST_CASE("what is committed on one node reaches the listeners of all, once and in order") {
    world w;
    w.both_listen();
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
    w.both_listen();
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

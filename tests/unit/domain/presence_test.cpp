#include "madang/domain/presence.hpp"

#include "fake_audience.hpp"
#include "samples.hpp"

#include "await.hpp"
#include "catch.hpp"

using namespace madang;
using namespace madang::domain;
using namespace madang::domain::test;
using namespace std::chrono_literals;

namespace {

class fake_contacts final : public contact_store {
public:
    std::map<user_id, std::set<user_id>> of;
    int broken = 0;  // so many questions are answered with an error

    void befriend(std::int64_t a, std::int64_t b) {
        of[user_id{a}].insert(user_id{b});
        of[user_id{b}].insert(user_id{a});
    }
    void part(std::int64_t a, std::int64_t b) {
        of[user_id{a}].erase(user_id{b});
        of[user_id{b}].erase(user_id{a});
    }

    using list = std::vector<contact>;
    async_result<list> friends(user_id me, user_id after, std::size_t limit) override {
        if (broken > 0) {
            --broken;
            return answer<list>(errc::unavailable);
        }
        list page;
        for (const auto who : of[me])
            if (who > after && page.size() < limit) {
                contact c;
                c.who = person(who.value);
                page.push_back(c);
            }
        return answer<list>(std::move(page));
    }
    async_result<list> requests(user_id, user_id, std::size_t) override { return answer<list>(errc::internal); }
    async_result<list> blocks(user_id, user_id, std::size_t) override { return answer<list>(errc::internal); }
    async_result<friendship> befriend(user_id, user_id, std::size_t) override { return answer<friendship>(errc::internal); }
    async_result<contact> accept(user_id, user_id, std::size_t) override { return answer<contact>(errc::internal); }
    async_result<> decline(user_id, user_id) override { return answer<void>(errc::internal); }
    async_result<bool> unfriend(user_id, user_id) override { return answer<bool>(errc::internal); }
    async_result<bool> block(user_id, user_id) override { return answer<bool>(errc::internal); }
    async_result<> unblock(user_id, user_id) override { return answer<void>(errc::internal); }
};

class fake_board final : public presence_board {
public:
    std::set<user_id> online;
    std::size_t looked_at = 0;

    void came(user_id user) override { online.insert(user); }
    void went(user_id user) override { online.erase(user); }
    task<std::vector<presence_state>> look(std::vector<user_id> people) override {
        looked_at += people.size();
        std::vector<presence_state> states;
        for (const auto user : people) states.push_back({user, online.contains(user), {}});
        co_return states;
    }
};

class fake_interest final : public interest {
public:
    std::map<user_id, int> users;
    void in_room(room_id, bool) override {}
    void in_user(user_id user, bool here) override { users[user] += here ? 1 : -1; }
};

// Digests for one watcher as text: "2+ 3-" is one that says 2 online, 3 offline.
struct presence_bench {
    explicit presence_bench(presence::timing t = {20ms, 1h}) : service(executor{io.get_executor()}, all(), t) {}
    ~presence_bench() {
        service.stop();
        turn();
    }
    presence_bench(const presence_bench&) = delete;
    presence_bench& operator=(const presence_bench&) = delete;

    presence::parts all() {
        presence::parts p{contacts, board, here};
        p.others = &others;
        p.tell_others_of_change = [this](user_id user) { changes.push_back(user); };
        p.tell_others_of_friends = [this](user_id user) { new_friends.push_back(user); };
        return p;
    }
    void turn() {
        io.restart();
        io.poll();
    }
    void turn_for(std::chrono::milliseconds t) {
        io.restart();
        io.run_for(t);
    }
    // For what comes in its own time.
    template <class Done>
    void turn_until(Done done) {
        madang::test::await(io, done);
    }
    void watch(std::int64_t watcher) {
        service.in_presence(user_id{watcher}, true);
        service.greet(user_id{watcher});
        turn();
    }
    std::vector<std::string> shown_to(std::int64_t watcher) {
        std::vector<std::string> all;
        for (const auto& [to, states] : here.shown) {
            if (to != user_id{watcher}) continue;
            std::string text;
            std::map<user_id, bool> in_order;
            for (const auto& s : states) in_order[s.user] = s.online;
            for (const auto& [user, online] : in_order)
                text += (text.empty() ? "" : " ") + std::to_string(user.value) + (online ? "+" : "-");
            all.push_back(text);
        }
        return all;
    }

    asio::io_context io;
    fake_contacts contacts;
    fake_board board;
    fake_audience here;
    fake_interest others;
    std::vector<user_id> changes, new_friends;
    presence service;
};

using texts = std::vector<std::string>;

}  // namespace

TEST_CASE("who begins to watch is shown all friends at once, then changes, and nobody else") {
    presence_bench b;
    b.contacts.befriend(1, 2);
    b.contacts.befriend(1, 3);
    b.service.in_user(user_id{2}, true);
    b.service.in_user(user_id{9}, true);
    b.watch(1);
    REQUIRE(b.shown_to(1) == texts{"2+ 3-"});
    b.service.in_user(user_id{3}, true);
    b.service.in_user(user_id{9}, false);
    b.turn_for(50ms);
    REQUIRE(b.shown_to(1) == texts{"2+ 3-", "3+"});
    b.service.in_user(user_id{2}, false);
    b.turn_for(50ms);
    REQUIRE(b.shown_to(1) == texts{"2+ 3-", "3+", "2-"});
    REQUIRE(b.changes.size() == 5);
}

TEST_CASE("changes of a moment come together, and what changed back is not told") {
    presence_bench b{{100ms, 1h}};
    for (const auto who : {2, 3, 4}) b.contacts.befriend(1, who);
    const auto began = std::chrono::steady_clock::now();
    b.watch(1);
    b.service.in_user(user_id{2}, true);
    b.service.in_user(user_id{3}, true);
    b.service.in_user(user_id{4}, true);
    b.service.in_user(user_id{4}, false);
    b.turn_until([&] { return b.shown_to(1).size() == 2; });
    REQUIRE(b.shown_to(1) == texts{"2- 3- 4-", "2+ 3+"});
    REQUIRE(std::chrono::steady_clock::now() - began >= 100ms);
}

TEST_CASE("a watcher without friends is told so, and one who has gone is told nothing") {
    presence_bench b;
    b.watch(1);
    REQUIRE(b.shown_to(1) == texts{""});
    b.contacts.befriend(5, 2);
    b.watch(5);
    b.service.in_presence(user_id{5}, false);
    b.service.in_user(user_id{2}, true);
    b.turn_for(50ms);
    REQUIRE(b.shown_to(5) == texts{"2-"});
}

TEST_CASE("a new friend is shown, and a former one's comings are not") {
    presence_bench b;
    b.contacts.befriend(1, 2);
    b.watch(1);
    b.contacts.part(1, 2);
    b.contacts.befriend(1, 3);
    b.service.friends_changed(user_id{1}, user_id{3});
    REQUIRE(b.new_friends == std::vector{user_id{1}, user_id{3}});
    b.turn_for(50ms);
    REQUIRE(b.shown_to(1) == texts{"2-", "3-"});
    b.service.in_user(user_id{2}, true);
    b.turn_for(50ms);
    REQUIRE(b.shown_to(1).size() == 2);
    // The same, heard from another node.
    b.contacts.befriend(1, 2);
    b.service.heard_of_friends(user_id{1});
    b.turn_for(50ms);
    REQUIRE(b.shown_to(1).back() == "2+ 3-");
}

TEST_CASE("a change on another node is told when it is heard of, or found when everybody is looked at again") {
    presence_bench b{{10ms, 60ms}};
    b.contacts.befriend(1, 2);
    b.watch(1);
    b.board.online.insert(user_id{2});
    b.service.heard_of_change(user_id{2});
    b.turn_for(30ms);
    REQUIRE(b.shown_to(1) == texts{"2-", "2+"});
    b.board.online.clear();  // and nobody said so: its node has died
    b.turn_for(200ms);
    REQUIRE(b.shown_to(1) == texts{"2-", "2+", "2-"});
}

TEST_CASE("news of the people who are watched are asked for, as long as they are") {
    presence_bench b;
    b.contacts.befriend(1, 2);
    b.contacts.befriend(5, 2);
    b.watch(1);
    b.watch(5);
    b.turn_for(30ms);
    REQUIRE(b.others.users == std::map<user_id, int>{{user_id{2}, 1}});
    b.service.in_presence(user_id{1}, false);
    b.turn();
    REQUIRE(b.others.users == std::map<user_id, int>{{user_id{2}, 1}});
    b.service.in_presence(user_id{5}, false);
    b.turn();
    REQUIRE(b.others.users == std::map<user_id, int>{{user_id{2}, 0}});
}

TEST_CASE("nobody is looked at while nobody watches, and a list that could not be read is read again") {
    presence_bench b{{10ms, 10ms}};
    b.service.in_user(user_id{2}, true);
    b.turn_for(30ms);
    REQUIRE(b.board.looked_at == 0);
    b.contacts.befriend(1, 2);
    b.contacts.broken = 2;
    b.watch(1);
    b.turn_until([&] { return !b.shown_to(1).empty(); });
    REQUIRE(b.shown_to(1) == texts{"2+"});
    b.service.in_presence(user_id{1}, false);
    b.turn_for(30ms);
    const auto looked = b.board.looked_at;
    b.turn_for(50ms);
    REQUIRE(b.board.looked_at == looked);
}

// The log against a simple model: whatever is asked, in whatever order, many at a time.
#include "soak.hpp"
#include "world.hpp"

#include <map>
#include <random>
#include <set>

using namespace madang;
using namespace madang::test;
using namespace madang::domain;

namespace {

using message_key = std::pair<user_id, std::string>;

// Half of the people are members when the test begins, and come and go.
struct party {
    world& w;
    user_id owner = w.person("owner");
    std::vector<user_id> people = {};
    room_id room = {};

    void gather() {
        for (int i = 0; i < 6; ++i) {
            people.push_back(w.person("person" + std::to_string(i)));
            w.befriend(owner, people.back());
        }
        room = w.create(room_kind::group, owner, {people[0], people[1], people[2]}).room;
    }
};

// What the log must hold, told by the answers alone.
struct model {
    std::map<message_key, posted> firsts;
    std::set<seq_t> deleted;
    std::map<seq_t, std::string> edited;
};

struct sent {
    user_id author;
    std::string key;
    std::future<result<posted>> answer;
};

// Posts of one round are in flight together, repeats of earlier keys and of each other's among them.
void post_some(party& p, model& m, std::mt19937& dice) {
    std::vector<sent> round;
    for (int i = 0; i < 20; ++i) {
        const auto author = p.people[dice() % p.people.size()];
        auto key = "k" + std::to_string(dice() % static_cast<unsigned>(rounds(60, 1500)));
        auto answer = p.w.io().start(p.w.log().post({p.room, author, key, "text of " + key, 0}));
        round.push_back({author, std::move(key), std::move(answer)});
    }
    for (auto& s : round) {
        const auto answer = s.answer.get();
        const auto known = m.firsts.find({s.author, s.key});
        if (!answer) {
            REQUIRE(answer.error().code == errc::not_a_member);
            REQUIRE(known == m.firsts.end());
        } else if (known == m.firsts.end()) {
            REQUIRE_FALSE(answer->duplicate);
            m.firsts[{s.author, s.key}] = *answer;
        } else {
            REQUIRE(answer->duplicate);
            REQUIRE(answer->seq == known->second.seq);
            REQUIRE(answer->ordinal == known->second.ordinal);
        }
    }
}

void change_something(party& p, model& m, std::mt19937& dice) {
    if (m.firsts.empty()) return;
    auto some = m.firsts.begin();
    std::advance(some, dice() % m.firsts.size());
    const auto author = some->first.first;
    const auto seq = some->second.seq;
    auto& io = p.w.io();
    switch (dice() % 4) {
        case 0: {
            const auto text = "edit " + std::to_string(dice());
            if (io.run(p.w.log().edit(p.room, seq, author, text))) m.edited[seq] = text;
            break;
        }
        case 1:
            if (io.run(p.w.log().erase(p.room, seq, p.owner))) m.deleted.insert(seq);
            break;
        case 2:
            (void)io.run(p.w.log().react(p.room, seq, author, "👍", dice() % 2 == 0));
            break;
        default:
            if (!io.run(p.w.log().remove_member(p.room, author, author)))
                (void)io.run(p.w.log().add_members(p.room, p.owner, {author}));
    }
}

void check(party& p, const model& m) {
    std::map<seq_t, event> log;
    seq_t seq = 0;
    ordinal_t ordinal = 0;
    std::set<message_key> keys;
    for (auto& e : p.w.events(p.room)) {
        REQUIRE(e.seq == ++seq);
        if (const auto* message = std::get_if<message_posted>(&e.body)) {
            REQUIRE(message->ordinal == ++ordinal);
            REQUIRE(keys.insert({e.author, message->key}).second);
            REQUIRE(message->deleted_at.has_value() == m.deleted.contains(e.seq));
            if (message->deleted_at)
                REQUIRE(message->text.empty());
            else
                REQUIRE(message->text == (m.edited.contains(e.seq) ? m.edited.at(e.seq) : "text of " + message->key));
        }
        log.emplace(e.seq, std::move(e));
    }
    REQUIRE(keys.size() == m.firsts.size());
    for (const auto& [key, first] : m.firsts) {
        const auto& message = body_of<message_posted>(log.at(first.seq));
        REQUIRE(message.ordinal == first.ordinal);
        REQUIRE(message.key == key.second);
    }
    // The listener heard the same, in the same order, without a gap.
    seq_t told = 0;
    for (const auto& c : p.w.commits.all()) {
        if (c.room != p.room || !c.event) continue;
        REQUIRE(c.event->seq == ++told);
        REQUIRE(c.event->kind() == log.at(told).kind());
        REQUIRE(c.event->author == log.at(told).author);
    }
    REQUIRE(told == seq);
}

}  // namespace

TEST_CASE("whatever is asked of a room, its log has no gap, no duplicate, and is told in order") {
    const auto kind = EACH_STORE;
    for (const auto seed : seeds("log of " + kind.name, {1, 2, 3, 4})) {
        INFO("MADANG_SEED=" << seed);
        world w{kind};
        std::mt19937 dice{seed};
        party p{w};
        p.gather();
        model m;
        for (int round = 0; round < rounds(12, 300); ++round) {
            post_some(p, m, dice);
            for (int i = 0; i < 6; ++i) change_something(p, m, dice);
        }
        check(p, m);
    }
}

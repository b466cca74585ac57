// The broker's one promise under everything at once: whatever the order of publications, slow histories, full outboxes and people
// coming and going, each subscription sees contiguous seqs from where it began, without a gap and without a duplicate.
#include "bench.hpp"

#include <random>

#include "catch.hpp"

using namespace madang;
using namespace madang::broker;
using namespace madang::broker::test;

namespace {

constexpr int steps = 400;

limits narrow() {
    limits l;
    l.outbox = {.soft = 60, .hard = 150, .batch = 40};
    l.flushed_a_turn = 2;
    l.history_page = 3;
    return l;
}

struct expectation {
    std::string topic;
    seq_t first = 0;
    bool live = true;  // neither unsubscribed nor closed
};

// "a:1;a:2+++;b:9;" by subscription.
std::map<std::string, std::vector<seq_t>> seqs_of(const std::string& wire) {
    std::map<std::string, std::vector<seq_t>> all;
    for (std::size_t at = 0; at < wire.size();) {
        const auto colon = wire.find(':', at);
        const auto end = wire.find(';', at);
        REQUIRE(colon < end);
        REQUIRE(end != std::string::npos);
        all[wire.substr(at, colon - at)].push_back(std::stoll(wire.substr(colon + 1)));
        at = end + 1;
    }
    return all;
}

struct person {
    std::unique_ptr<fake_client> client;
    std::map<std::string, expectation> subscriptions;
    std::vector<std::pair<std::string, listener_ptr>> unstarted;
};

class play {
public:
    explicit play(unsigned seed) : dice_(seed), b_(2, narrow()) {}

    void run() {
        for (int i = 0; i < 6; ++i) arrive();
        for (int i = 0; i < steps; ++i) step();
        settle();
        check();
    }
    [[nodiscard]] std::size_t delivered() const { return delivered_; }
    [[nodiscard]] int too_slow() const { return too_slow_; }

private:
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>{0, below - 1}(dice_); }
    std::string some_topic() { return std::string{topics_[pick(3)]}; }
    person& somebody() { return *people_[pick(people_.size())]; }

    void arrive() {
        people_.push_back(std::make_unique<person>());
        people_.back()->client = b_.client(pick(2), static_cast<std::int64_t>(people_.size()));
    }

    void step() {
        switch (pick(12)) {
            case 0:
            case 1:
            case 2:
                commit();
                break;
            case 3:
            case 4:
                publish();
                break;
            case 5:
                subscribe();
                break;
            case 6:
                start();
                break;
            case 7:
                somebody().client->drain();
                break;
            case 8:
                somebody().client->slow = pick(2) == 0;
                break;
            case 9:
                b_.past.slow = pick(2) == 0;
                if (b_.past.waiting() > 0) b_.past.answer(pick(b_.past.waiting()));
                break;
            case 10:
                depart();
                break;
            default:
                b_.io.restart();
                for (auto n = pick(6); n > 0; --n) b_.io.poll_one();
        }
    }

    // Committed, and on its way to the broker; a publication in ten is lost.
    void commit() {
        const auto topic = some_topic();
        auto m = numbered(b_.past.head(topic) + 1, 3 + pick(25));
        b_.past.append(topic, m);
        if (pick(10) != 0) underway_.push_back(of(topic, std::move(m)));
    }
    void publish() {
        std::vector<publication> batch;
        for (auto n = pick(4); n > 0 && !underway_.empty(); --n) {
            batch.push_back(std::move(underway_.front()));
            underway_.pop_front();
        }
        b_.broker.publish(std::move(batch));
    }
    // Listens first, then reads the head, then says where to begin: as the gateway does.
    void subscribe() {
        auto& p = somebody();
        if (p.client->s().closed()) return arrive();
        const auto id = fmt::format("s{}", ++ids_);
        const auto topic = some_topic();
        const auto on = p.client->s().subscribe(id, topic, id + ":");
        REQUIRE(on != nullptr);
        p.unstarted.emplace_back(id, p.client->s().listen(*on, topic));
        p.subscriptions[id].topic = topic;
    }
    void start() {
        auto& p = somebody();
        if (p.unstarted.empty()) return;
        const auto [id, l] = p.unstarted.back();
        p.unstarted.pop_back();
        auto& expected = p.subscriptions[id];
        const auto head = b_.past.head(expected.topic);
        expected.first = head + 1 - static_cast<seq_t>(pick(static_cast<std::size_t>(head) + 1));
        const bool there = !p.client->s().closed() && p.client->s().find(id) != nullptr;
        REQUIRE(p.client->s().start(l, expected.first, head, 0) == there);
    }
    void depart() {
        auto& p = somebody();
        if (pick(4) == 0) {
            p.client->s().close();
            return;
        }
        for (auto& [id, expected] : p.subscriptions) {
            if (!expected.live || pick(3) != 0) continue;
            expected.live = false;
            p.client->s().unsubscribe(id);
            return;
        }
    }

    void settle() {
        for (auto& p : people_) {
            p->client->slow = false;
            while (!p->unstarted.empty()) start_last(*p);
        }
        while (!underway_.empty()) publish();
        // What was lost shows with the next publication that is not.
        for (const auto topic : topics_) b_.say(std::string{topic}, numbered(b_.past.head(std::string{topic}) + 1));
        b_.past.slow = false;
        for (int i = 0; i < 1000; ++i) {
            b_.past.answer_all();
            for (auto& p : people_) p->client->drain();
            b_.turn();
        }
    }
    void start_last(person& p) {
        const auto [id, l] = p.unstarted.back();
        p.unstarted.pop_back();
        auto& expected = p.subscriptions[id];
        expected.first = b_.past.head(expected.topic) + 1;
        p.client->s().start(l, expected.first, expected.first - 1, 0);
    }

    void check() {
        for (const auto& p : people_) {
            too_slow_ += p->client->told_too_slow;
            REQUIRE(p->client->told_too_slow <= 1);
            auto seen = seqs_of(p->client->wire());
            for (const auto& [id, expected] : p->subscriptions) {
                const auto& seqs = seen[id];
                delivered_ += seqs.size();
                for (std::size_t i = 0; i < seqs.size(); ++i) REQUIRE(seqs[i] == expected.first + static_cast<seq_t>(i));
                if (!expected.live || p->client->s().closed()) continue;
                REQUIRE(expected.first + static_cast<seq_t>(seqs.size()) == b_.past.head(expected.topic) + 1);
            }
        }
    }

    static constexpr std::array<std::string_view, 3> topics_{"x", "y", "z"};
    std::mt19937 dice_;
    bench b_;
    std::vector<std::unique_ptr<person>> people_;
    std::deque<publication> underway_;
    int ids_ = 0;
    std::size_t delivered_ = 0;
    int too_slow_ = 0;
};

}  // namespace

TEST_CASE("whatever happens in whatever order, a subscription sees contiguous seqs") {
    std::size_t delivered = 0;
    int too_slow = 0;
    for (unsigned seed = 1; seed <= 150; ++seed) {
        CAPTURE(seed);
        play p{seed};
        p.run();
        delivered += p.delivered();
        too_slow += p.too_slow();
    }
    // The dice must not have avoided what this is about.
    REQUIRE(delivered > 10'000);
    REQUIRE(too_slow > 20);
}

#include "http_measure.hpp"
#include "stomp_load.hpp"
#include "workloads.hpp"

#include <random>

namespace madang::bench {
namespace {

void post_into(const options& o, const scene& s, const std::string& what, int rooms, int clients, std::uint64_t requests) {
    std::vector<std::int64_t> all;
    all.reserve(static_cast<std::size_t>(rooms));
    for (int i = 0; i < rooms; ++i) all.push_back(s.room());
    const std::string text(static_cast<std::size_t>(o.body), 'x');
    const auto next = [&](const turn& t) {
        http_request r;
        r.method = "POST";
        r.path = fmt::format("/api/v1/rooms/{}/messages", all[t.n % all.size()]);
        r.body = fmt::format(R"({{"text":"{}"}})", text);
        r.token = s.token();
        return r;
    };
    measure(o, s, what, clients, requests, next);
}

// Says so many messages in one room, by STOMP, for it is quick.
void fill(const options& o, const scene& s, std::int64_t room, std::uint64_t messages) {
    load l{o, s};
    sender from{l, room, 200, o.body};
    l.run_until([&] { return from.connected(); }, std::chrono::seconds{10}, "CONNECTED");
    from.start();
    l.run_until([&] { return from.receipts() >= messages; }, std::chrono::seconds{600}, "the room to be filled");
    from.stop();
    l.run_until([&] { return from.in_flight() == 0; }, std::chrono::seconds{10}, "the last receipts");
}

}  // namespace

void post_one_room(const options& o, const scene& s) { post_into(o, s, "post-one-room   100 clients", 1, 100, 10'000); }
void post_many_rooms(const options& o, const scene& s) { post_into(o, s, "post-many-rooms 100 clients", 1000, 100, 10'000); }
void post(const options& o, const scene& s) { post_into(o, s, "post            300 clients", 100, 300, 0); }
void post_ramp(const options& o, const scene& s) {
    auto slowly = o;
    slowly.ramp = o.duration / 2;
    if (o.messages > 0) fill(o, s, s.room(), static_cast<std::uint64_t>(o.messages));
    post_into(slowly, s, fmt::format("post-ramp       to 300 clients, {} messages before", o.messages), 100, 300, 0);
}

// A page of 1000 is some ten pages of 50.
constexpr int page_ratio = 10;
// Of pages of 50 a second. Flat out, 32 clients who never pause wait for each other: their latency is the rate's reciprocal.
constexpr int usual_pace = 1000;

void history(const options& o, const scene& s) {
    const auto room = s.room();
    const auto messages = o.messages > 0 ? o.messages : 100'000;
    fill(o, s, room, static_cast<std::uint64_t>(messages));
    const auto page = [&](std::int64_t after, int limit) {
        http_request r;
        r.method = "GET";
        r.path = fmt::format("/api/v1/rooms/{}/events?after={}&limit={}", room, after, limit);
        r.token = s.token();
        return r;
    };
    // Once from end to end, so that what a server keeps of it is kept.
    constexpr int longest = 1000;
    const auto one_after_the_other = [&](const turn& t) { return page(static_cast<std::int64_t>(t.n) * longest, longest); };
    auto unpaced = o;
    unpaced.rate = 0;
    measure(unpaced, s, fmt::format("history {} of {}, 32 clients, read for the first time", longest, messages), 32,
            static_cast<std::uint64_t>((messages + longest - 1) / longest), one_after_the_other);

    std::mt19937_64 dice{42};
    const auto read = [&](int limit, int rate) {
        auto at_rate = o;
        at_rate.rate = rate;
        const auto anywhere = [&](const turn&) {
            return page(std::uniform_int_distribution<std::int64_t>{0, messages - limit}(dice), limit);
        };
        const auto pace = rate > 0 ? fmt::format(" at {}/s", rate) : "";
        measure(at_rate, s, fmt::format("history {} of {}, 32 clients{}", limit, messages, pace), 32, 0, anywhere);
    };
    std::vector<int> rates{0, usual_pace};
    if (o.rate > 0) rates = {o.rate};
    for (const int rate : rates) {
        read(50, rate);
        read(1000, rate / page_ratio);
    }
}

}  // namespace madang::bench

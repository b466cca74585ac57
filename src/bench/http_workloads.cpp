#include "http_load.hpp"
#include "percentile.hpp"
#include "stomp_load.hpp"
#include "workloads.hpp"

#include <cstdio>
#include <random>

namespace madang::bench {
namespace {

void print(const scene& s, const char* what, double cpu, double batches, http_load_result r) {
    const auto n = static_cast<double>(r.answered);
    const double committed = s.batches() - batches;
    fmt::print(
        "{}: {:.0f} requests in {:.2f} s, {:.0f}/s, {:.0f} per CPU second, {} failed, p50 {:.2f} ms, p95 {:.2f} ms, p99 {:.2f} "
        "ms",
        what, n, r.seconds, n / r.seconds, n / (s.cpu() - cpu), r.failed, percentile(r.milliseconds, 0.5),
        percentile(r.milliseconds, 0.95), percentile(r.milliseconds, 0.99));
    if (committed > 0) fmt::print(", {:.1f} a transaction", n / committed);
    fmt::print("\n");
}

void post_into(const options& o, const scene& s, const char* what, int rooms, int clients, std::uint64_t requests) {
    std::vector<std::int64_t> all;
    all.reserve(static_cast<std::size_t>(rooms));
    for (int i = 0; i < rooms; ++i) all.push_back(s.room());
    const std::string text(static_cast<std::size_t>(o.body), 'x');
    const auto next = [&](std::uint64_t n) {
        http_request r;
        r.method = "POST";
        r.path = fmt::format("/api/v1/rooms/{}/messages", all[n % all.size()]);
        r.body = fmt::format(R"({{"text":"{}"}})", text);
        return r;
    };
    const double cpu = s.cpu();
    const double batches = s.batches();
    auto result = run_http_load(o, s.token(), clients, requests, next);
    print(s, what, cpu, batches, std::move(result));
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

void history(const options& o, const scene& s) {
    const auto room = s.room();
    const auto messages = o.messages > 0 ? o.messages : 100'000;
    fill(o, s, room, static_cast<std::uint64_t>(messages));
    std::mt19937_64 dice{42};
    for (const int limit : {50, 1000}) {
        const auto next = [&](std::uint64_t) {
            http_request r;
            r.method = "GET";
            r.path = fmt::format("/api/v1/rooms/{}/events?after={}&limit={}", room,
                                 std::uniform_int_distribution<std::int64_t>{0, messages - limit}(dice), limit);
            return r;
        };
        const double cpu = s.cpu();
        const double batches = s.batches();
        auto result = run_http_load(o, s.token(), 32, 0, next);
        print(s, fmt::format("history {} of {}, 32 clients", limit, messages).c_str(), cpu, batches, std::move(result));
    }
}

}  // namespace madang::bench

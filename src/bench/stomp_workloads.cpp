#include "percentile.hpp"
#include "stomp_load.hpp"
#include "workloads.hpp"

#include <cstdio>

namespace madang::bench {

void sends(const options& o, const scene& s) {
    load l{o, s};
    const int rooms = o.clients > 0 ? o.clients : 8;
    const int each = std::max(1, (o.in_flight > 0 ? o.in_flight : 64) / rooms);
    std::vector<std::unique_ptr<sender>> all;
    all.reserve(static_cast<std::size_t>(rooms));
    for (int i = 0; i < rooms; ++i) all.push_back(std::make_unique<sender>(l, s.room(), each, o.body));
    for (const auto& one : all) l.run_until([&] { return one->connected(); }, std::chrono::seconds{10}, "CONNECTED");
    const double batches = s.batches();
    const double cpu = s.cpu();
    const auto began = steady::now();
    for (const auto& one : all) one->start();
    l.run_for(o.duration);
    const double seconds = std::chrono::duration<double>(steady::now() - began).count();
    std::uint64_t receipts = 0;
    std::vector<double> times;
    for (const auto& one : all) {
        one->stop();
        receipts += one->receipts();
        times.insert(times.end(), one->milliseconds().begin(), one->milliseconds().end());
    }
    const double used = s.cpu() - cpu;
    const double committed = s.batches() - batches;
    const auto n = static_cast<double>(receipts);
    fmt::print(
        "sends   {} rooms of 2, {} in flight: {:.0f} committed/s, {:.0f} per CPU second, {:.1f} a transaction, p50 {:.2f} ms, "
        "p99 {:.2f} ms\n",
        rooms, rooms * each, n / seconds, n / used, n / committed, percentile(times, 0.5), percentile(times, 0.99));
}

void fanout(const options& o, const scene& s) {
    load l{o, s};
    const int subscribers = o.clients > 0 ? o.clients : 100;
    const int in_flight = o.in_flight > 0 ? o.in_flight : 4;
    const auto room = s.room();
    int ready = 0;
    std::uint64_t deliveries = 0;
    std::vector<std::shared_ptr<stomp_client>> clients;
    for (int i = 0; i < subscribers; ++i) {
        auto handler = [&ready, &deliveries](const stomp::frame& f) {
            if (f.command == stomp::command::message) ++deliveries;
            if (f.command == stomp::command::receipt) ++ready;
        };
        clients.push_back(l.connect(handler));
        if (i % 100 == 99) l.run_for(std::chrono::seconds{0});
    }
    for (const auto& c : clients) subscribe(*c, room);
    l.run_until([&] { return ready == subscribers; }, std::chrono::seconds{30}, "subscriptions");
    sender from{l, room, in_flight, o.body};
    l.run_until([&] { return from.connected(); }, std::chrono::seconds{10}, "CONNECTED");
    const double cpu = s.cpu();
    const auto began = steady::now();
    from.start();
    l.run_for(o.duration);
    from.stop();
    const double seconds = std::chrono::duration<double>(steady::now() - began).count();
    const auto n = static_cast<double>(deliveries);
    const double used = s.cpu() - cpu;
    auto& times = from.milliseconds();
    fmt::print(
        "fanout  1 x {}, {} in flight: {:.0f} deliveries/s, {:.0f} per CPU second of the server, p99 to the receipt {:.2f} ms\n",
        subscribers, in_flight, n / seconds, n / used, percentile(times, 0.99));
    for (const auto& c : clients) c->close();
}

void idle(const options& o, const scene& s) {
    load l{o, s};
    const int connections = o.clients > 0 ? o.clients : 5000;
    const auto room = s.room();
    int connected = 0;
    int ready = 0;
    std::vector<std::shared_ptr<stomp_client>> clients;
    const double before = s.memory();
    const auto began = steady::now();
    for (int i = 0; i < connections; ++i) {
        auto handler = [&connected, &ready](const stomp::frame& f) {
            if (f.command == stomp::command::connected) ++connected;
            if (f.command == stomp::command::receipt) ++ready;
        };
        clients.push_back(l.connect(handler));
        if (i % 200 == 199) l.run_until([&] { return connected > i - 100; }, std::chrono::seconds{30}, "CONNECTED");
    }
    l.run_until([&] { return connected == connections; }, std::chrono::seconds{30}, "CONNECTED");
    for (const auto& c : clients) subscribe(*c, room);
    l.run_until([&] { return ready == connections; }, std::chrono::seconds{60}, "subscriptions");
    const double seconds = std::chrono::duration<double>(steady::now() - began).count();
    const double after = s.memory();
    fmt::print(
        "idle    {} connections: {:.1f} kB each ({:.1f} MB before, {:.1f} MB after), {:.0f} opened and subscribed a second\n",
        connections, (after - before) / connections / 1000, before / 1e6, after / 1e6, connections / seconds);
    for (const auto& c : clients) c->close();
}

}  // namespace madang::bench

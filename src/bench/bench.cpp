#include "madang/bench/bench.hpp"

#include "http_client.hpp"
#include "stomp_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <unordered_map>

namespace madang::bench {
namespace {

using steady = std::chrono::steady_clock;

// Two people who are friends, and rooms of the two.
class scene {
public:
    explicit scene(const options& o) : api_(o.host, o.port), admin_(o.host, o.admin_port) {
        const auto tag = std::to_string(steady::now().time_since_epoch().count() % 1'000'000'000);
        api_.set_token(sign_up("a" + tag, ana_));
        ana_token_ = sign_up("b" + tag, bo_);
        api_.set_token(ana_token_);
        (void)api_.post("/api/v1/friends", fmt::format(R"({{"username":"a{}"}})", tag));
        http_client other{o.host, o.port};
        other.set_token(first_token_);
        (void)other.post(fmt::format("/api/v1/friends/requests/{}/accept", bo_), "{}");
    }

    [[nodiscard]] std::int64_t room() const {
        const auto made = api_.post("/api/v1/rooms", fmt::format(R"({{"kind":"group","memberIds":[{}]}})", ana_));
        return made.at("id").as_int64();
    }
    [[nodiscard]] const std::string& token() const { return ana_token_; }
    [[nodiscard]] const http_client& admin() const { return admin_; }
    [[nodiscard]] double cpu() const { return metric(admin_, "process_cpu_seconds_total"); }
    [[nodiscard]] double memory() const { return metric(admin_, "process_resident_memory_bytes"); }

private:
    std::string sign_up(const std::string& name, std::int64_t& id) {
        const auto account = fmt::format(R"({{"username":"{0}","displayName":"{0}","password":"bench-password"}})", name);
        id = api_.post("/api/v1/users", account).at("id").as_int64();
        const auto in = api_.post("/api/v1/sessions", fmt::format(R"({{"username":"{}","password":"bench-password"}})", name));
        std::string token{in.at("accessToken").as_string()};
        if (first_token_.empty()) first_token_ = token;
        return token;
    }

    http_client api_;
    http_client admin_;
    std::int64_t ana_ = 0;
    std::int64_t bo_ = 0;
    std::string first_token_;
    std::string ana_token_;
};

// One io_context, one thread, and what is counted.
class load {
public:
    load(const options& o, const scene& s) : options_(o), scene_(s), strand_(io_.get_executor()) {}

    std::shared_ptr<stomp_client> connect(stomp_client::on_frame handler) {
        auto client = std::make_shared<stomp_client>(strand_, std::move(handler));
        asio::co_spawn(strand_, client->connect(options_.host, options_.port, scene_.token()), [](std::exception_ptr e) {
            if (e) std::rethrow_exception(e);
        });
        return client;
    }

    // Runs until `done`, or throws after `most`.
    template <class Condition>
    void run_until(Condition done, std::chrono::seconds most, const char* what) {
        const auto deadline = steady::now() + most;
        while (!done()) {
            if (steady::now() > deadline) throw std::runtime_error(fmt::format("waited {} s for {}", most.count(), what));
            io_.run_for(std::chrono::milliseconds{5});
            io_.restart();
        }
    }
    void run_for(std::chrono::seconds time) {
        const auto end = steady::now() + time;
        while (steady::now() < end) {
            io_.run_for(std::chrono::milliseconds{20});
            io_.restart();
        }
    }

private:
    const options& options_;
    const scene& scene_;
    asio::io_context io_;
    executor strand_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_{io_.get_executor()};
};

double percentile(std::vector<double>& sorted, double p) {
    return sorted.empty() ? 0
                          : sorted[std::min(sorted.size() - 1, static_cast<std::size_t>(p * static_cast<double>(sorted.size())))];
}

void subscribe(stomp_client& c, std::int64_t room) {
    const std::string destination = fmt::format("/topic/rooms/{}", room);
    const std::array<stomp::header, 3> headers{{{"id", "0"}, {"destination", destination}, {"receipt", "sub"}}};
    c.send({stomp::command::subscribe, headers, {}});
}

// Sends with a receipt, and keeps `in_flight` of them open.
class sender {
public:
    sender(load& l, std::int64_t room, int in_flight, int body)
        : destination_(fmt::format("/app/rooms/{}/messages", room)),
          text_(static_cast<std::size_t>(body), 'x'),
          in_flight_(in_flight) {
        client_ = l.connect([this](const stomp::frame& f) { on_frame(f); });
    }

    [[nodiscard]] bool connected() const { return connected_; }
    void start() {
        for (int i = 0; i < in_flight_; ++i) send();
    }
    void stop() { stopped_ = true; }
    [[nodiscard]] std::uint64_t receipts() const { return receipts_; }
    [[nodiscard]] std::vector<double>& milliseconds() { return milliseconds_; }

private:
    void send() {
        const std::string id = std::to_string(sent_++);
        sent_at_[id] = steady::now();
        const std::array<stomp::header, 3> headers{
            {{"destination", destination_}, {"content-type", "text/plain"}, {"receipt", id}}};
        client_->send({stomp::command::send, headers, text_});
    }
    void on_frame(const stomp::frame& f) {
        if (f.command == stomp::command::connected) connected_ = true;
        if (f.command == stomp::command::error) throw std::runtime_error(fmt::format("the server says: {}", f.body));
        if (f.command != stomp::command::receipt) return;
        const auto at = sent_at_.find(std::string{f.find("receipt-id").value_or("")});
        if (at == sent_at_.end()) return;
        milliseconds_.push_back(std::chrono::duration<double, std::milli>(steady::now() - at->second).count());
        sent_at_.erase(at);
        ++receipts_;
        if (!stopped_) send();
    }

    std::shared_ptr<stomp_client> client_;
    const std::string destination_;
    const std::string text_;
    const int in_flight_;
    bool connected_ = false;
    bool stopped_ = false;
    std::uint64_t sent_ = 0;
    std::uint64_t receipts_ = 0;
    std::unordered_map<std::string, steady::time_point> sent_at_;
    std::vector<double> milliseconds_;
};

// 64 sends in flight into rooms of 2, each committed before its receipt.
void sends(const options& o, const scene& s) {
    load l{o, s};
    const int rooms = o.clients > 0 ? o.clients : 8;
    const int each = std::max(1, (o.in_flight > 0 ? o.in_flight : 64) / rooms);
    std::vector<std::unique_ptr<sender>> all;
    all.reserve(static_cast<std::size_t>(rooms));
    for (int i = 0; i < rooms; ++i) all.push_back(std::make_unique<sender>(l, s.room(), each, o.body));
    for (const auto& one : all) l.run_until([&] { return one->connected(); }, std::chrono::seconds{10}, "CONNECTED");
    const double batches = metric(s.admin(), "madang_storage_batches_total");
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
    const double committed = metric(s.admin(), "madang_storage_batches_total") - batches;
    std::sort(times.begin(), times.end());
    const auto n = static_cast<double>(receipts);
    fmt::print(
        "sends   {} rooms of 2, {} in flight: {:.0f} committed/s, {:.0f} per CPU second, {:.1f} a transaction, p50 {:.2f} ms, "
        "p99 {:.2f} ms\n",
        rooms, rooms * each, n / seconds, n / used, n / committed, percentile(times, 0.5), percentile(times, 0.99));
}

// One room, many subscribers, a few messages in flight: each counts when the last subscriber has it.
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
    std::sort(times.begin(), times.end());
    fmt::print(
        "fanout  1 x {}, {} in flight: {:.0f} deliveries/s, {:.0f} per CPU second of the server, p99 to the receipt {:.2f} ms\n",
        subscribers, in_flight, n / seconds, n / used, percentile(times, 0.99));
    for (const auto& c : clients) c->close();
}

// Idle, signed-in connections subscribed to one room: resident memory for each.
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

}  // namespace

void run(const options& o) {
    const scene s{o};
    if (o.workload == "sends")
        sends(o, s);
    else if (o.workload == "fanout")
        fanout(o, s);
    else if (o.workload == "idle")
        idle(o, s);
    else
        throw std::runtime_error("there is no workload " + o.workload + ": sends, fanout, idle");
    std::fflush(stdout);
}

}  // namespace madang::bench

// STOMP clients on one io_context and one thread.
#pragma once

#include "scene.hpp"
#include "stomp_client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

#include <array>
#include <exception>
#include <memory>
#include <stdexcept>
#include <unordered_map>
#include <vector>

namespace madang::bench {

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

inline void subscribe(stomp_client& c, std::int64_t room) {
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
    [[nodiscard]] std::size_t in_flight() const { return sent_at_.size(); }
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

}  // namespace madang::bench

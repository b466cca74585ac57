// An in-process bus: transports that hear each other at once, unless a test has them lose something.
#pragma once

#include "madang/bus/transport.hpp"

#include <functional>
#include <memory>
#include <set>
#include <vector>

namespace madang::test {

class network {
public:
    class port final : public bus::transport {
    public:
        explicit port(network& n) : network_(n) {}
        void start(listener& to) override { to_ = &to; }
        void stop() override { to_ = nullptr; }
        void publish(bus::channel c, std::string text) override {
            if (speaks) return network_.carry(c, text);
            if (to_ != nullptr) to_->unsaid(c);
        }
        void subscribe(bus::channel c) override {
            wanted.insert(c);
            if (to_ != nullptr && connected) to_->heard(c);
        }
        void unsubscribe(bus::channel c) override { wanted.erase(c); }

        // As when the connection to Redis is lost, and made again.
        void disconnect() {
            connected = false;
            for (const auto c : wanted) to_->lost(c);
        }
        void connect() {
            connected = true;
            for (const auto c : wanted) to_->heard(c);
        }

        std::set<bus::channel> wanted;
        bool connected = true;
        bool speaks = true;  // or the way out is lost, and that alone

    private:
        friend class network;
        network& network_;
        listener* to_ = nullptr;
    };

    port& new_port() {
        ports_.push_back(std::make_unique<port>(*this));
        return *ports_.back();
    }

    // Whether this text is lost on its way.
    std::function<bool(bus::channel, const std::string&)> loses = [](bus::channel, const std::string&) { return false; };
    std::size_t carried = 0;

private:
    void carry(bus::channel c, const std::string& text) {
        ++carried;
        if (loses(c, text)) return;
        for (const auto& p : ports_)
            if (p->connected && p->to_ != nullptr && p->wanted.contains(c)) p->to_->message(c, text);
    }

    std::vector<std::unique_ptr<port>> ports_;
};

}  // namespace madang::test

#include "madang/bus/redis_transport.hpp"

#include "madang/observe/log.hpp"

#include <fmt/format.h>

#include <atomic>
#include <charconv>
#include <set>

namespace madang::bus {
namespace {

constexpr std::string_view prefix = "madang:";

std::string name_of(channel c) { return fmt::format("{}{}", prefix, c); }

channel number_of(std::string_view name) {
    channel c = 0;
    name.remove_prefix(prefix.size());
    std::from_chars(name.data(), name.data() + name.size(), c);
    return c;
}

}  // namespace

class redis_transport::server final : public redis::subscriber::listener {
public:
    server(asio::io_context& io, const redis::options& o)
        : name_(fmt::format("{}:{}", o.host, o.port)),
          publisher_(io, o, [this](std::string_view why) { said(why); }),
          subscriber_(io, o, *this) {}

    void start(transport::listener& to) {
        to_ = &to;
        hears_unsaid_ = &to;
        publisher_.start();
        subscriber_.start();
    }
    void stop() {
        hears_unsaid_ = nullptr;
        publisher_.stop();
        subscriber_.stop();
    }
    void publish(channel c, std::string_view text) {
        redis::commands one;
        one.add("PUBLISH", name_of(c), text);
        publisher_.send(std::move(one), [this, c](const result<std::vector<redis::reply>>& said) {
            auto* const to = hears_unsaid_.load();
            if (to != nullptr && (!said || said->front().is_refusal())) to->unsaid(c);
        });
    }
    void subscribe(channel c) { subscriber_.subscribe(name_of(c)); }
    void unsubscribe(channel c) { subscriber_.unsubscribe(name_of(c)); }

    [[nodiscard]] const redis::client& publisher() const noexcept { return publisher_; }

private:
    void message(std::string_view name, std::string_view payload) override { to_->message(number_of(name), payload); }
    void subscribed(std::string_view name) override {
        const auto c = number_of(name);
        heard_.insert(c);
        to_->heard(c);
    }
    void lost(std::string_view) override {
        for (const auto c : heard_) to_->lost(c);
        heard_.clear();
    }
    void said(std::string_view why) const {
        if (why.empty())
            log::info("the bus is connected", {{"redis", name_}});
        else
            log::warn("the bus has lost a Redis; the database is asked instead", {{"redis", name_}, {"error", why}});
    }

    const std::string name_;
    transport::listener* to_ = nullptr;
    std::atomic<transport::listener*> hears_unsaid_{nullptr};  // from start() to stop()
    std::set<channel> heard_;                                  // on the subscriber's strand
    redis::client publisher_;
    redis::subscriber subscriber_;
};

redis_transport::redis_transport(asio::io_context& io, const std::vector<redis::options>& servers) {
    for (const auto& one : servers) servers_.push_back(std::make_unique<server>(io, one));
}
redis_transport::~redis_transport() = default;

void redis_transport::start(listener& to) {
    for (const auto& s : servers_) s->start(to);
}
void redis_transport::stop() {
    for (const auto& s : servers_) s->stop();
}
void redis_transport::publish(channel c, std::string text) { of(c).publish(c, text); }
void redis_transport::subscribe(channel c) { of(c).subscribe(c); }
void redis_transport::unsubscribe(channel c) { of(c).unsubscribe(c); }

std::size_t redis_transport::down() const noexcept {
    std::size_t n = 0;
    for (const auto& s : servers_) n += s->publisher().is_up() ? 0 : 1;
    return n;
}
std::uint64_t redis_transport::commands() const noexcept {
    std::uint64_t n = 0;
    for (const auto& s : servers_) n += s->publisher().counted().commands;
    return n;
}
std::uint64_t redis_transport::failed() const noexcept {
    std::uint64_t n = 0;
    for (const auto& s : servers_) n += s->publisher().counted().failed;
    return n;
}

}  // namespace madang::bus

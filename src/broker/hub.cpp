#include "madang/broker/hub.hpp"

#include "shard.hpp"

#include <boost/asio/post.hpp>

#include <bit>
#include <stdexcept>

namespace madang::broker {

counters::counters(metrics::registry& m)
    : delivered(m.add_counter("madang_broker_delivered_total", "Messages given to the outboxes of sessions.")),
      shed(m.add_counter("madang_broker_shed_total", "Messages dropped for who was behind: typing, presence.")),
      too_slow(m.add_counter("madang_broker_too_slow_total", "Sessions closed because their outbox was full.")),
      caught_up(
          m.add_counter("madang_broker_catch_ups_total", "Subscriptions that read from the history because they were behind.")),
      sessions(m.add_gauge("madang_broker_sessions", "Open STOMP sessions.")),
      subscriptions(m.add_gauge("madang_broker_subscriptions", "Open subscriptions.")) {}

hub::hub(const runtime::shards& shards, const limits& l, history& past, metrics::registry& m) : limits_(l), counters_(m) {
    if (shards.count() > directory::most_shards) throw std::logic_error("more shards than the directory has bits");
    for (std::size_t i = 0; i < shards.count(); ++i)
        shards_.push_back(std::make_unique<shard>(i, shards.at(i), limits_, counters_, directory_, past));
}

hub::~hub() = default;

void hub::publish(std::vector<publication> batch) {
    // Each publication is shared by the shards that it concerns; a shard gets all of its part in one post.
    std::vector<std::vector<std::shared_ptr<const publication>>> parts(shards_.size());
    for (auto& p : batch) {
        auto where = directory_.of(p);
        if (where == 0) continue;
        const auto shared = std::make_shared<const publication>(std::move(p));
        for (; where != 0; where &= where - 1) parts[static_cast<std::size_t>(std::countr_zero(where))].push_back(shared);
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].empty()) continue;
        asio::post(shards_[i]->strand(), [&s = *shards_[i], part = std::move(parts[i])] {
            for (const auto& p : part) s.deliver(*p);
        });
    }
}

void hub::publish(publication p) {
    std::vector<publication> one;
    one.push_back(std::move(p));
    publish(std::move(one));
}

void hub::end_logins(std::span<const session_id> logins) {
    const std::vector<session_id> all{logins.begin(), logins.end()};
    for (const auto& s : shards_)
        asio::post(s->strand(), [&s = *s, all] {
            for (const auto login : all) s.end_login(login);
        });
}

void hub::restart(std::size_t index) {
    asio::post(shards_[index]->strand(), [&s = *shards_[index]] { s.restart(); });
}

void hub::stop() {
    for (const auto& s : shards_) asio::post(s->strand(), [&s = *s] { s.stop(); });
}

}  // namespace madang::broker

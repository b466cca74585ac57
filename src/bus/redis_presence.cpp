#include "madang/bus/redis_presence.hpp"

#include "madang/redis/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <random>
#include <unordered_map>

namespace madang::bus {

using domain::presence_state;
using redis::commands;
using redis::reply;

namespace {

constexpr std::size_t people_at_once = 1000;
constexpr std::string_view a_month = "2592000";  // seconds

std::optional<timestamp> time_in(const reply& r) {
    std::int64_t ms = 0;
    const auto [end, ec] = std::from_chars(r.text.data(), r.text.data() + r.text.size(), ms);
    if (r.what != reply::kind::text || ec != std::errc{}) return std::nullopt;
    return timestamp{std::chrono::milliseconds{ms}};
}

}  // namespace

class redis_presence::desk : public std::enable_shared_from_this<desk> {
public:
    desk(asio::io_context& io, const domain::epoch& epoch, const domain::audience& here, const clock& time, timing t)
        : strand_(io.get_executor()),
          timer_(strand_),
          epoch_(epoch),
          here_(here),
          time_(time),
          timing_(t),
          node_(std::to_string(std::random_device{}())) {}

    // As soon as there is a connection, this node's people are told.
    void connect_to(asio::io_context& io, redis::options o) {
        auto heard = [weak = weak_from_this()](std::string_view why) {
            if (const auto self = weak.lock(); self && why.empty()) self->later([](desk& d) { d.begin_anew(); });
        };
        redis_.emplace(io, std::move(o), std::move(heard));
    }

    template <class Work>
    void later(Work work) {
        asio::post(strand_, [self = shared_from_this(), work = std::move(work)]() mutable {
            if (!self->stopped_) work(*self);
        });
    }

    void start() {
        redis_->start();
        beat();
    }
    void stop() {
        stopped_ = true;
        timer_.cancel();
        commands last;
        last.add("DEL", online(node_)).add("SREM", key("nodes"), node_);
        redis_->send(std::move(last));
        redis_->stop();
    }

    // Counted, for coming and going may be told in the wrong order.
    void count(user_id user, bool here) {
        auto& n = people_[user];
        n += here ? 1 : -1;
        const auto id = std::to_string(user.value);
        commands change;
        if (n > 0) {
            change.add("SADD", online(node_), id);
        } else {
            if (n == 0) people_.erase(user);
            const auto now = std::to_string(time_.now().time_since_epoch().count());
            change.add("SREM", online(node_), id).add("SET", key("seen:" + id), now, "EX", a_month);
        }
        send(std::move(change));
    }

    task<std::vector<presence_state>> look(std::vector<user_id> people) {
        const auto self = shared_from_this();
        std::vector<presence_state> states;
        states.reserve(people.size());
        for (const auto user : people) states.push_back({user, here_.online(user), {}});
        if (people.empty()) co_return states;
        commands ask;
        ask.add("SMEMBERS", key("nodes"));
        const auto nodes = co_await redis_->call(std::move(ask));
        if (!nodes || nodes->front().is_refusal()) co_return states;
        const auto found = co_await redis_->call(question(people, nodes->front()));
        if (found) take(*found, states);
        co_return states;
    }

private:
    [[nodiscard]] std::string key(std::string_view name) const { return fmt::format("madang:{}:{}", epoch_.name(), name); }
    [[nodiscard]] std::string online(std::string_view node) const { return key(fmt::format("online:{}", node)); }

    void beat() {
        renew_now();
        timer_.expires_after(timing_.beat);
        timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
            if (!ec && !self->stopped_) self->beat();
        });
    }

    void renew_now() { asio::co_spawn(strand_, renew(), asio::detached); }
    void begin_anew() {
        is_owed_ = true;
        renew_now();
    }

    // What Redis has not taken, it is told with all the rest at the next beat or on the next connection.
    void send(commands all) {
        redis_->send(std::move(all), [weak = weak_from_this()](const result<std::vector<reply>>& said) {
            if (said && std::ranges::none_of(*said, &reply::is_refusal)) return;
            if (const auto self = weak.lock()) self->later([](desk& d) { d.is_owed_ = true; });
        });
    }

    // Where Redis may have lost something, this node's people are told anew; nodes that have died are forgotten. The 0 in the set
    // shows that all were told: a change that came after Redis forgot makes a set, too.
    task<> renew() {
        const auto self = shared_from_this();
        if (stopped_) co_return;
        if (is_owed_) tell_everybody();
        commands beat;
        beat.add("PEXPIRE", online(node_), std::to_string(timing_.life.count())).add("SISMEMBER", online(node_), "0");
        beat.add("SADD", key("nodes"), node_).add("SMEMBERS", key("nodes"));
        const auto answered = co_await redis_->call(std::move(beat));
        if (!answered || stopped_) co_return;
        if ((*answered)[1].integer == 0) tell_everybody();
        const auto& nodes = (*answered)[3].items;
        if (nodes.empty()) co_return;
        commands alive;
        for (const auto& n : nodes) alive.add("EXISTS", online(n.text));
        const auto there = co_await redis_->call(std::move(alive));
        if (!there || stopped_) co_return;
        commands forget;
        for (std::size_t i = 0; i < nodes.size(); ++i)
            if ((*there)[i].integer == 0 && nodes[i].text != node_) forget.add("SREM", key("nodes"), nodes[i].text);
        if (forget.count() > 0) redis_->send(std::move(forget));
    }

    // The whole set, in one step: who has gone is not in it, and nobody sees a part of it. Changes before it are in it, and those
    // that follow it are carried out after it.
    void tell_everybody() {
        is_owed_ = false;
        commands all;
        all.add("MULTI").add("DEL", online(node_));
        std::vector<std::string> words{"SADD", online(node_), "0"};
        const auto add = [&] {
            const std::vector<std::string_view> views{words.begin(), words.end()};
            all.add_all(views);
            words.resize(2);
        };
        for (const auto& [user, n] : people_) {
            if (n < 1) continue;
            words.push_back(std::to_string(user.value));
            if (words.size() > people_at_once) add();
        }
        if (words.size() > 2) add();
        all.add("PEXPIRE", online(node_), std::to_string(timing_.life.count())).add("EXEC");
        send(std::move(all));
    }

    // One reply for each other node, and one for when people were seen.
    [[nodiscard]] commands question(const std::vector<user_id>& people, const reply& nodes) const {
        commands ask;
        const auto add = [&](std::string_view what, const std::string& from, const std::vector<std::string>& names) {
            std::vector<std::string_view> words{what};
            if (!from.empty()) words.emplace_back(from);
            words.insert(words.end(), names.begin(), names.end());
            ask.add_all(words);
        };
        std::vector<std::string> ids, seen;
        for (const auto user : people) {
            ids.push_back(std::to_string(user.value));
            seen.push_back(key("seen:" + ids.back()));
        }
        add("MGET", {}, seen);
        for (const auto& n : nodes.items)
            if (n.text != node_) add("SMISMEMBER", online(n.text), ids);
        return ask;
    }
    static void take(const std::vector<reply>& found, std::vector<presence_state>& states) {
        for (std::size_t i = 1; i < found.size(); ++i)
            for (std::size_t at = 0; at < found[i].items.size() && at < states.size(); ++at)
                states[at].online = states[at].online || found[i].items[at].integer == 1;
        for (std::size_t at = 0; at < found[0].items.size() && at < states.size(); ++at)
            if (!states[at].online) states[at].last_seen = time_in(found[0].items[at]);
    }

    executor strand_;
    timer timer_;
    const domain::epoch& epoch_;
    const domain::audience& here_;
    const clock& time_;
    const timing timing_;
    const std::string node_;
    std::optional<redis::client> redis_;
    std::unordered_map<user_id, int> people_;
    bool is_owed_ = false;  // Redis may not have what this node has told it
    bool stopped_ = false;
};

redis_presence::redis_presence(asio::io_context& io, redis::options o, const domain::epoch& epoch, const domain::audience& here,
                               const clock& time, timing t)
    : desk_(std::make_shared<desk>(io, epoch, here, time, t)) {
    desk_->connect_to(io, std::move(o));
}
redis_presence::~redis_presence() = default;

void redis_presence::start() {
    desk_->later([](desk& d) { d.start(); });
}
void redis_presence::stop() {
    desk_->later([](desk& d) { d.stop(); });
}
void redis_presence::came(user_id user) {
    desk_->later([user](desk& d) { d.count(user, true); });
}
void redis_presence::went(user_id user) {
    desk_->later([user](desk& d) { d.count(user, false); });
}
task<std::vector<presence_state>> redis_presence::look(std::vector<user_id> people) { return desk_->look(std::move(people)); }

}  // namespace madang::bus

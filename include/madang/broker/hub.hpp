// The broker's outside: topics and who listens to them, over shards. Encode once, post once a shard, flush at the end of the
// turn. Knows frames and positions, not rooms. Thread-safe; a session and all that belongs to it live on one shard.
#pragma once

#include "madang/broker/directory.hpp"
#include "madang/broker/history.hpp"
#include "madang/broker/message.hpp"
#include "madang/broker/outbox.hpp"
#include "madang/broker/session.hpp"
#include "madang/observe/metrics.hpp"
#include "madang/runtime/shards.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace madang::broker {

struct limits {
    outbox_limits outbox;
    std::size_t flushed_a_turn = 16;  // sessions; then reading and committing go on before the next ones (measured)
    std::size_t history_page = 100;   // messages read at once for who is behind
};

struct counters {
    explicit counters(metrics::registry& m);

    metrics::counter& delivered;
    metrics::counter& shed;
    metrics::counter& too_slow;
    metrics::counter& caught_up;
    metrics::gauge& sessions;
    metrics::gauge& subscriptions;
};

class hub {
public:
    hub(const runtime::shards& shards, const limits& l, history& past, metrics::registry& m);
    ~hub();

    // Who is told which topics and users are here. Before the first connection.
    void tell(directory::observer* o) { directory_.tell(o); }

    // Where the connections of this shard belong.
    [[nodiscard]] shard& at(std::size_t index) { return *shards_[index]; }

    // Delivers to everybody on every shard. What one thread publishes to a topic keeps its order.
    void publish(std::vector<publication> batch);
    void publish(publication p);

    [[nodiscard]] bool has_listeners(const std::string& topic) const { return directory_.of(topic) != 0; }
    [[nodiscard]] bool has_sessions(user_id user) const { return directory_.of(user) != 0; }
    [[nodiscard]] std::int64_t sessions() const noexcept { return counters_.sessions.value(); }

    // Closes the sessions of logins that have ended.
    void end_logins(std::span<const session_id> logins);
    // Tells the sessions of one shard that the server goes down.
    void restart(std::size_t index);
    // Ends the shards' timers. Last.
    void stop();

private:
    const limits limits_;
    counters counters_;
    directory directory_;
    std::vector<std::unique_ptr<shard>> shards_;
};

}  // namespace madang::broker

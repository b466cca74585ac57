// One strand's part of the broker: its sessions, the topics they listen to, and the turn's list of who has something to write.
// Thread: its strand, for everything.
#pragma once

#include "madang/broker/hub.hpp"

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace madang::broker {

// Shared with the hub, for a topic's name outlives it in the cursors that read for it.
struct topic {
    std::string name;
    seq_t last = 0;  // of what was published here since the topic exists; 0: nothing yet
    std::vector<listener*> listeners;
};

class shard {
public:
    shard(std::size_t index, executor strand, const limits& l, counters& c, directory& d, history& past);

    [[nodiscard]] const executor& strand() const noexcept { return strand_; }
    [[nodiscard]] const outbox_limits& outbox() const noexcept { return limits_.outbox; }
    [[nodiscard]] counters& counts() noexcept { return counters_; }

    void add(session& s);
    void identified(session& s);
    void remove(session& s);

    topic& topic_named(const std::string& name);
    void attach(listener& l, topic& t);
    void detach(listener& l);
    // Goes on from listener::next: reads what is behind, then live.
    void advance(const listener_ptr& l, seq_t head);

    void deliver(const publication& p);
    void mark_dirty(session& s);

    void end_login(session_id login);
    void restart();
    void stop();

private:
    void rise(const publication& p);
    void deliver(listener& l, const message_ptr& m);
    void put(listener& l, const message_ptr& m);
    void join(user_id user, const publication& p);
    void leave(user_id user, const publication& p);
    task<> catch_up(listener_ptr l);
    void give(listener& l, const std::vector<message_ptr>& page);
    task<> wait_for_room(listener_ptr l);
    void flush_some();
    void tick();

    const std::size_t index_;
    const executor strand_;
    const limits& limits_;
    counters& counters_;
    directory& directory_;
    history& history_;
    timer timer_;
    bool ticking_ = false;
    bool stopped_ = false;

    std::unordered_set<session*> sessions_;
    std::unordered_multimap<user_id, session*> users_;
    std::unordered_map<std::string, std::unique_ptr<topic>> topics_;
    std::vector<std::shared_ptr<session>> dirty_;
    bool flushing_ = false;  // a flush is posted
    std::string scratch_;    // the write being put together; one a shard, so that idle sessions own no buffer

    friend class session;
};

}  // namespace madang::broker

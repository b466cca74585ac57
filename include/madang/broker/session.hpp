// One connection as the broker knows it: an outbox and its subscriptions. Thread: its shard, for all members.
#pragma once

#include "madang/base/async.hpp"
#include "madang/base/clock.hpp"
#include "madang/base/ids.hpp"
#include "madang/broker/message.hpp"
#include "madang/broker/outbox.hpp"

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace madang::broker {

class shard;
class session;
struct topic;

// The other side of a session: what writes its bytes and decides about its life. Called on the session's shard.
class endpoint {
public:
    // Bytes left free at the start of a write, for the transport's own header.
    static constexpr std::size_t headroom = 16;

    virtual ~endpoint() = default;
    // Writes one transport message that starts at bytes[headroom]. True: it is written and `bytes` may be reused. False: the
    // endpoint keeps a copy, and calls session::written() when it is out.
    virtual bool write(std::string& bytes) = 0;
    // Its outbox is full: close it with a code that says "come back".
    virtual void too_slow() = 0;
    // Its outbox has room again after it had not.
    virtual void has_room() = 0;
    // Its login session has ended.
    virtual void login_ended() = 0;
    // The server goes down.
    virtual void restart() = 0;
    // A quarter of a second has passed.
    virtual void tick(steady_time now) = 0;
};

// One place where a subscription listens. Shared with the cursor that catches up for it.
struct listener : std::enable_shared_from_this<listener> {
    enum class state { checking, catching_up, live, gone };

    session* owner = nullptr;
    shared_text prefix;  // "MESSAGE\nsubscription:<id>\n"
    topic* where = nullptr;
    std::size_t index = 0;  // in its topic
    seq_t next = 0;         // the position expected next; 0: any
    seq_t head = 0;         // known to be there: a cursor must get beyond it before it turns live
    // Its user has left and come back at this position, while a cursor was still behind both.
    seq_t rejoined = 0;
    seq_t from = 0;  // what lies at or before it may not be seen
    // Its shard did not know the topic when it began: what was published then is looked for before it turns live.
    bool unread = false;
    state now = state::checking;
    timer* waiting = nullptr;  // its cursor waits for room in the outbox
};
using listener_ptr = std::shared_ptr<listener>;

struct subscription {
    std::string destination;
    shared_text prefix;
    std::vector<listener_ptr> listeners;
    bool follows = false;            // listens to whatever its user joins
    bool loading = false;            // the list of what to follow is being read...
    std::set<std::string> departed;  // ...and these were left meanwhile
};

using subscription_ptr = std::shared_ptr<subscription>;

class session : public std::enable_shared_from_this<session> {
public:
    session(shard& home, endpoint& end);
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    ~session();

    // Who it is; once, before the first subscription.
    void identify(user_id user, session_id login);
    [[nodiscard]] user_id user() const noexcept { return user_; }
    [[nodiscard]] session_id login() const noexcept { return login_; }

    // Queues a frame of its own (RECEIPT, ERROR, …).
    void send(std::string frame);
    // The same for an encoded message on one of its subscriptions.
    void send(const subscription& on, message_ptr m);
    // A heart-beat: one EOL as a transport message of its own, unless data is on its way anyway.
    void beat();
    // The endpoint's write in flight is out.
    void written();
    // Writes what waits, now.
    void flush();
    [[nodiscard]] const outbox& backlog() const noexcept { return outbox_; }

    // Null where the id is taken. `prefix` starts each frame of it.
    subscription_ptr subscribe(std::string id, std::string destination, std::string prefix);
    [[nodiscard]] subscription* find(std::string_view id);
    [[nodiscard]] subscription* find_destination(std::string_view destination);
    bool unsubscribe(std::string_view id);
    [[nodiscard]] std::size_t subscriptions() const noexcept { return subscriptions_.size(); }
    // Nothing more comes on any of them: who is being closed is told what is queued, and no more.
    void unsubscribe_all();

    // Registers a place to listen; nothing is delivered before start(), but nothing published from now on is missed.
    listener_ptr listen(subscription& s, const std::string& topic);
    // The topic's name; empty once it is detached.
    [[nodiscard]] static std::string topic_of(const listener& l);
    // Delivers from `next` on: from the history while `next` is not beyond `head` and what was published since, then live.
    // False if the listener was detached meanwhile (its user has left).
    bool start(const listener_ptr& l, seq_t next, seq_t head, seq_t from);

    // Its endpoint is gone: leaves all topics and its shard's tables. Nothing is written any more.
    void close();
    [[nodiscard]] bool closed() const noexcept { return closed_; }

private:
    friend class shard;

    void offer(shared_text prefix, shared_text tail, bool sheddable);
    void forget(const subscription& s);

    shard& home_;
    endpoint* end_;
    outbox outbox_;
    user_id user_;
    session_id login_;
    std::unordered_map<std::string, subscription_ptr> subscriptions_;
    bool dirty_ = false;
    bool closed_ = false;
    bool was_behind_ = false;
    bool overflowed_ = false;  // a frame did not fit; one after it would make the client resume behind the gap
};

}  // namespace madang::broker

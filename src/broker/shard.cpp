#include "shard.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <random>

namespace madang::broker {
namespace {

constexpr std::chrono::milliseconds tick_interval{250};

// Before a history that failed is asked again; jittered, so that not everybody asks at once.
std::chrono::milliseconds retry_pause() {
    thread_local std::minstd_rand dice{std::random_device{}()};
    return std::chrono::milliseconds{std::uniform_int_distribution<>{250, 1000}(dice)};
}

}  // namespace

shard::shard(std::size_t index, executor strand, const limits& l, counters& c, directory& d, history& past)
    : index_(index), strand_(std::move(strand)), limits_(l), counters_(c), directory_(d), history_(past), timer_(strand_) {}

void shard::add(session& s) {
    sessions_.insert(&s);
    counters_.sessions.add();
    if (!ticking_ && !stopped_) {
        ticking_ = true;
        tick();
    }
}

void shard::identified(session& s) {
    users_.emplace(s.user(), &s);
    directory_.add(s.user(), index_);
}

void shard::remove(session& s) {
    if (sessions_.erase(&s) == 0) return;
    counters_.sessions.sub();
    if (!s.user()) return;
    const auto [first, last] = users_.equal_range(s.user());
    const auto at = std::find_if(first, last, [&](const auto& entry) { return entry.second == &s; });
    if (at != last) users_.erase(at);
    if (!users_.contains(s.user())) directory_.remove(s.user(), index_);
}

topic& shard::topic_named(const std::string& name) {
    auto& t = topics_[name];
    if (!t) {
        t = std::make_unique<topic>();
        t->name = name;
        directory_.add(name, index_);
    }
    return *t;
}

void shard::attach(listener& l, topic& t) {
    l.where = &t;
    l.index = t.listeners.size();
    t.listeners.push_back(&l);
}

void shard::detach(listener& l) {
    if (l.where == nullptr) return;
    topic& t = *l.where;
    t.listeners[l.index] = t.listeners.back();
    t.listeners[l.index]->index = l.index;
    t.listeners.pop_back();
    l.where = nullptr;
    l.now = listener::state::gone;
    if (l.waiting != nullptr) l.waiting->cancel();
    if (!t.listeners.empty()) return;
    const std::string name = t.name;
    directory_.remove(name, index_);
    topics_.erase(name);
}

void shard::advance(const listener_ptr& l, seq_t head) {
    l->head = std::max(l->head, head);
    if (!l->unread && (l->next == 0 || l->next > std::max(l->head, l->where->last))) {
        l->now = listener::state::live;
        return;
    }
    l->now = listener::state::catching_up;
    counters_.caught_up.add();
    asio::co_spawn(strand_, catch_up(l), asio::detached);
}

// Reads pages as fast as the outbox has room, and turns live when it reaches what was published here last. Nothing is buffered:
// what is published meanwhile is read from the history like everything before it.
task<> shard::catch_up(listener_ptr l) {
    using state = listener::state;
    while (l->now == state::catching_up && !stopped_) {
        if (l->owner->backlog().behind()) {
            co_await wait_for_room(l);
            continue;
        }
        std::string name = l->where->name;
        const auto page = co_await history_.after(std::move(name), l->next - 1, limits_.history_page);
        if (l->now != state::catching_up) co_return;
        if (page && page->empty()) l->unread = false;
        if (!l->unread && l->next > std::max(l->head, l->where->last)) {
            l->now = state::live;
            co_return;
        }
        if (!page || page->empty()) {
            timer t{strand_, retry_pause()};
            boost::system::error_code ignored;
            co_await t.async_wait(asio::redirect_error(use_task, ignored));
            continue;
        }
        give(*l, *page);
        if (l->now != state::catching_up) co_return;
        if (!l->unread && l->next > std::max(l->head, l->where->last)) {
            l->now = state::live;
            co_return;
        }
    }
}

// Delivers as much of a page as the outbox has room for. Who leaves in it hears nothing after that.
void shard::give(listener& l, const std::vector<message_ptr>& page) {
    for (const auto& m : page) {
        if (l.owner->backlog().behind()) return;
        if (m->seq < l.next) continue;
        put(l, m);
        counters_.delivered.add();
        if (!m->leaver || m->leaver != l.owner->user()) continue;
        if (l.rejoined <= m->seq) return detach(l);
        l.next = l.rejoined;
        l.from = l.rejoined - 1;
        l.rejoined = 0;
    }
}

// The session wakes it when its outbox has drained, or is gone; the deadline is for neither happening.
task<> shard::wait_for_room(listener_ptr l) {
    timer t{strand_, std::chrono::seconds{30}};
    l->waiting = &t;
    boost::system::error_code ignored;
    co_await t.async_wait(asio::redirect_error(use_task, ignored));
    l->waiting = nullptr;
}

void shard::deliver(const publication& p) {
    for (const auto user : p.joined) join(user, p);
    if (p.message) {
        if (const auto at = topics_.find(p.topic); at != topics_.end()) {
            topic& t = *at->second;
            if (p.message->seq > t.last) t.last = p.message->seq;
            // By index: a listener that turns out to be behind starts a cursor, which changes nothing here.
            for (std::size_t i = 0; i < t.listeners.size(); ++i) deliver(*t.listeners[i], p.message);
            counters_.delivered.add(t.listeners.size());
        }
    } else if (p.head != 0) {
        rise(p);
    }
    for (const auto user : p.left) leave(user, p);
}

// The topic stands higher than what came through here: who is behind reads it.
void shard::rise(const publication& p) {
    const auto at = topics_.find(p.topic);
    if (at == topics_.end()) return;
    at->second->last = std::max(at->second->last, p.head);
    for (std::size_t i = 0; i < at->second->listeners.size(); ++i) {
        auto& l = *at->second->listeners[i];
        if (l.now == listener::state::live && l.next != 0 && l.next <= p.head) advance(l.shared_from_this(), p.head);
    }
}

void shard::deliver(listener& l, const message_ptr& m) {
    if (l.now != listener::state::live) return;
    if (m->seq == 0) return put(l, m);
    if (m->seq < l.next) return;
    if (l.next != 0 && m->seq > l.next) return advance(l.shared_from_this(), m->seq);
    put(l, m);
}

void shard::put(listener& l, const message_ptr& m) {
    if (m->seq != 0) l.next = m->seq + 1;
    const bool conceal = m->about != 0 && m->about <= l.from;
    l.owner->offer(l.prefix, shared_text{m, conceal ? &m->concealed : &m->tail}, m->sheddable);
}

void shard::join(user_id user, const publication& p) {
    const auto [first, last] = users_.equal_range(user);
    for (auto at = first; at != last; ++at)
        for (auto& [id, s] : at->second->subscriptions_) {
            if (!s->follows) continue;
            s->departed.erase(p.topic);
            // A cursor that came to a leaving has left its listener behind.
            std::erase_if(s->listeners, [](const listener_ptr& l) { return l->now == listener::state::gone; });
            const seq_t first = p.message ? p.message->seq : p.head + 1;
            const auto there = std::find_if(s->listeners.begin(), s->listeners.end(),
                                            [&](const auto& l) { return l->where != nullptr && l->where->name == p.topic; });
            if (there != s->listeners.end()) {
                (*there)->rejoined = first;
                continue;
            }
            const auto l = at->second->listen(*s, p.topic);
            // From the history: what was published between this and now did not find this shard, which did not know the topic.
            l->from = first - 1;
            l->next = first;
            l->unread = true;
            advance(l, p.message ? p.message->seq : p.head);
        }
}

void shard::leave(user_id user, const publication& p) {
    const auto is_left = [&](const std::string& name) {
        return name == p.topic || std::find(p.left_topics.begin(), p.left_topics.end(), name) != p.left_topics.end();
    };
    const auto [first, last] = users_.equal_range(user);
    for (auto at = first; at != last; ++at)
        for (auto& [id, s] : at->second->subscriptions_) {
            if (s->follows && s->loading) s->departed.insert(p.topic);
            std::erase_if(s->listeners, [&](const listener_ptr& l) {
                if (l->where == nullptr || !is_left(l->where->name)) return false;
                // A cursor that is still behind comes to the leaving by itself, and ends there.
                if (l->now == listener::state::catching_up && p.message) return false;
                detach(*l);
                return true;
            });
        }
}

void shard::mark_dirty(session& s) {
    if (s.dirty_) return;
    s.dirty_ = true;
    dirty_.push_back(s.shared_from_this());
    if (flushing_) return;
    flushing_ = true;
    asio::post(strand_, [this] { flush_some(); });
}

// A few sessions a turn, then back to what has arrived: it joins the outboxes that have not been flushed yet, so that a write
// carries more frames (measured: engineering notes, chapter 2). An idle server flushes everything at once.
void shard::flush_some() {
    const std::size_t n = std::min(limits_.flushed_a_turn, dirty_.size());
    std::vector<std::shared_ptr<session>> now{dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(n)};
    dirty_.erase(dirty_.begin(), dirty_.begin() + static_cast<std::ptrdiff_t>(n));
    for (const auto& s : now) {
        s->dirty_ = false;
        s->flush();
    }
    flushing_ = !dirty_.empty();
    if (flushing_) asio::post(strand_, [this] { flush_some(); });
}

void shard::tick() {
    if (stopped_ || sessions_.empty()) {
        ticking_ = false;
        return;
    }
    timer_.expires_after(tick_interval);
    timer_.async_wait([this](const boost::system::error_code& ec) {
        if (ec || stopped_) return;
        const auto now = std::chrono::steady_clock::now();
        const std::vector<session*> all{sessions_.begin(), sessions_.end()};  // a tick may close sessions
        for (auto* s : all)
            if (sessions_.contains(s)) s->end_->tick(now);
        tick();
    });
}

void shard::end_login(session_id login) {
    const std::vector<session*> all{sessions_.begin(), sessions_.end()};
    for (auto* s : all)
        if (s->login() == login) s->end_->login_ended();
}

void shard::restart() {
    // Who comes back may find another history.
    for (auto& [name, t] : topics_) t->last = 0;
    const std::vector<session*> all{sessions_.begin(), sessions_.end()};
    for (auto* s : all) s->end_->restart();
}

void shard::stop() {
    stopped_ = true;
    timer_.cancel();
}

}  // namespace madang::broker

#include "madang/broker/session.hpp"

#include "shard.hpp"

#include <algorithm>

namespace madang::broker {

session::session(shard& home, endpoint& end) : home_(home), end_(&end), outbox_(home.outbox()) { home_.add(*this); }

session::~session() { close(); }

void session::identify(user_id user, session_id login) {
    user_ = user;
    login_ = login;
    home_.identified(*this);
}

void session::send(std::string frame) { offer(nullptr, std::make_shared<const std::string>(std::move(frame)), false); }

void session::send(const subscription& on, message_ptr m) {
    const bool sheddable = m->sheddable;
    const auto* tail = &m->tail;
    offer(on.prefix, shared_text{std::move(m), tail}, sheddable);
}

void session::offer(shared_text prefix, shared_text tail, bool sheddable) {
    if (closed_ || overflowed_) return;
    switch (outbox_.offer(std::move(prefix), std::move(tail), sheddable)) {
        case outbox::offered::queued:
            was_behind_ = was_behind_ || outbox_.behind();
            home_.mark_dirty(*this);
            return;
        case outbox::offered::shed:
            home_.counts().shed.add();
            return;
        case outbox::offered::too_slow:
            overflowed_ = true;
            home_.counts().too_slow.add();
            end_->too_slow();
            return;
    }
}

void session::beat() {
    if (closed_ || !outbox_.empty() || outbox_.in_flight()) return;
    static const auto eol = std::make_shared<const std::string>("\n");
    if (outbox_.offer(nullptr, eol, false) == outbox::offered::queued) flush();
}

void session::flush() {
    auto& scratch = home_.scratch_;
    while (!closed_) {
        scratch.resize(endpoint::headroom);
        if (!outbox_.take(scratch)) return;
        if (!end_->write(scratch)) return;
        written();
    }
}

void session::written() {
    outbox_.written();
    if (closed_) return;
    if (was_behind_ && !outbox_.behind()) {
        was_behind_ = false;
        for (const auto& [id, s] : subscriptions_)
            for (const auto& l : s->listeners)
                if (l->waiting != nullptr) l->waiting->cancel();
        end_->has_room();
    }
    if (!outbox_.empty()) home_.mark_dirty(*this);
}

subscription_ptr session::subscribe(std::string id, std::string destination, std::string prefix) {
    const auto [at, fresh] = subscriptions_.try_emplace(std::move(id));
    if (!fresh) return nullptr;
    at->second = std::make_shared<subscription>();
    at->second->destination = std::move(destination);
    at->second->prefix = std::make_shared<const std::string>(std::move(prefix));
    home_.counts().subscriptions.add();
    return at->second;
}

subscription* session::find(std::string_view id) {
    const auto at = subscriptions_.find(std::string{id});
    return at == subscriptions_.end() ? nullptr : at->second.get();
}

subscription* session::find_destination(std::string_view destination) {
    for (const auto& [id, s] : subscriptions_)
        if (s->destination == destination) return s.get();
    return nullptr;
}

bool session::unsubscribe(std::string_view id) {
    const auto at = subscriptions_.find(std::string{id});
    if (at == subscriptions_.end()) return false;
    forget(*at->second);
    subscriptions_.erase(at);
    return true;
}

void session::forget(const subscription& s) {
    for (const auto& l : s.listeners) home_.detach(*l);
    home_.counts().subscriptions.sub();
}

listener_ptr session::listen(subscription& s, const std::string& name) {
    auto l = std::make_shared<listener>();
    l->owner = this;
    l->prefix = s.prefix;
    home_.attach(*l, home_.topic_named(name));
    s.listeners.push_back(l);
    return l;
}

std::string session::topic_of(const listener& l) { return l.where == nullptr ? std::string{} : l.where->name; }

bool session::start(const listener_ptr& l, seq_t next, seq_t head, seq_t from) {
    if (l->now != listener::state::checking) return false;
    l->next = next;
    l->from = from;
    home_.advance(l, head);
    return true;
}

void session::unsubscribe_all() {
    for (const auto& [id, s] : subscriptions_) forget(*s);
    subscriptions_.clear();
}

void session::close() {
    if (closed_) return;
    closed_ = true;
    unsubscribe_all();
    home_.remove(*this);
}

}  // namespace madang::broker

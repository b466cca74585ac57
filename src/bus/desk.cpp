#include "desk.hpp"

#include "commit_codec.hpp"

#include <map>
#include <random>

namespace madang::bus {

using namespace domain;

namespace {

std::uint64_t random_node() {
    std::random_device source;
    return (std::uint64_t{source()} << 32) | source();
}

}  // namespace

desk::desk(executor strand, const cluster::parts& p, cluster_options o, metrics::registry& m)
    : strand_(std::move(strand)),
      others_(p.others),
      epoch_(p.epoch),
      options_(o),
      everybody_(o.channels),
      interests_(o.channels),
      speaker_(p.others, p.epoch, random_node(), o.channels + 1),
      lines_(o.channels + 1),
      delivery_(p),
      heads_(std::make_shared<head_check>(strand_, p.feeds)),
      joins_(std::make_shared<join_check>(strand_, p.rooms, p.feeds, p.time)),
      timer_(strand_),
      said_(m.add_counter("madang_bus_said_total", "Notes that this node published for the others.")),
      received_(m.add_counter("madang_bus_received_total", "Notes of other nodes that were heard.")),
      lost_(m.add_counter("madang_bus_lost_total", "Times that notes of another node were found to be lost.")) {}

void desk::start(transport::listener& to) {
    others_.start(to);
    others_.subscribe(everybody_);
    tick();
}

void desk::stop() {
    stopped_ = true;
    timer_.cancel();
    heads_->stop();
    joins_->stop();
}

void desk::say(channel c, subject about, std::string_view body) {
    said_.add();
    speaker_.say(c, about, body);
}

void desk::publish(const std::vector<commit>& batch) {
    std::map<channel, std::vector<commit>> parts;
    for (const auto& c : batch) parts[c.joined.empty() && c.left.empty() ? interests_.of(c.room) : everybody_].push_back(c);
    for (const auto& [c, commits] : parts) say(c, subject::commits, encode(commits));
}

void desk::hear(channel c, std::string_view text) {
    const auto n = decode_note(text);
    // Of another history: nothing in it means anything here. The watch notices when ours has changed.
    if (!n || n->node == speaker_.node() || n->epoch != epoch_.name()) return;
    received_.add();
    const auto missed = losses_.hear(c, n->node, n->number, n->about == static_cast<char>(subject::pulse));
    if (missed == losses::lost::something) {
        lost_.add();
        delivery_.missed_something();
    }
    if (missed != losses::lost::nothing) suspect(c);
    delivery_.take(*n);
}

void desk::heard(channel c) {
    lines_.heard(c, std::chrono::steady_clock::now());
    losses_.forget(c);
    suspect(c);
}

void desk::lost(channel c) {
    if (c == everybody_ && lines_.is_heard(c)) joins_->lose_touch();
    lines_.lost(c);
    delivery_.missed_something();
    suspect(c);  // it was silent for a while before that was noticed
}

void desk::change(channel c, interests::change what) {
    if (what == interests::change::first) others_.subscribe(c);
    if (what != interests::change::last) return;
    others_.unsubscribe(c);
    lines_.forget(c);
    losses_.forget(c);
}

// Something that concerns these rooms may not have been heard.
void desk::suspect(channel c) {
    if (c != everybody_) return heads_->add(interests_.rooms_on(c));
    joins_->look(interests_.people());
    for (channel each = 0; each < everybody_; ++each) heads_->add(interests_.rooms_on(each));
}

void desk::tick() {
    speaker_.pulse();
    look_at_database();
    timer_.expires_after(options_.pulse);
    timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
        if (!ec && !self->stopped_) self->tick();
    });
}

// What is not heard, often; the rest once in a long while, a few channels at a time.
void desk::look_at_database() {
    const auto now = std::chrono::steady_clock::now();
    const bool blind = now >= next_blind_;
    if (blind) next_blind_ = now + options_.blind_poll;
    if (blind && (!lines_.is_trusted(everybody_, now) || joins_->owed())) joins_->look(interests_.people());
    for (channel c = 0; blind && c < everybody_; ++c)
        if (!lines_.is_trusted(c, now) || !lines_.is_trusted(everybody_, now)) heads_->add(interests_.rooms_on(c));
    const auto share = static_cast<std::size_t>(everybody_ * options_.pulse / options_.slow_poll) + 1;
    for (std::size_t i = 0; i < share; ++i, ++next_slow_) heads_->add(interests_.rooms_on(next_slow_ % everybody_));
}

}  // namespace madang::bus

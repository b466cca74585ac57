#include "madang/bus/cluster.hpp"

#include "commit_codec.hpp"
#include "head_check.hpp"
#include "interests.hpp"
#include "join_check.hpp"
#include "losses.hpp"
#include "speaker.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>
#include <random>

namespace madang::bus {

using namespace domain;

namespace {

// Longer than another node's connection waits before it tries again, and tries.
constexpr std::chrono::seconds others_come_back{10};

std::uint64_t random_node() {
    std::random_device source;
    return (std::uint64_t{source()} << 32) | source();
}

// The next number of a text like "7 12:3"; nothing at its end, or where it is none.
std::optional<std::int64_t> next_number(std::string_view& rest) {
    while (!rest.empty() && (rest.front() == ' ' || rest.front() == ':')) rest.remove_prefix(1);
    std::int64_t n = 0;
    const auto [end, ec] = std::from_chars(rest.data(), rest.data() + rest.size(), n);
    if (ec != std::errc{}) return std::nullopt;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    return n;
}

}  // namespace

// All of it, on the strand.
class cluster::desk : public std::enable_shared_from_this<desk> {
public:
    desk(executor strand, parts p, cluster_options o, metrics::registry& m)
        : strand_(std::move(strand)),
          parts_(p),
          options_(o),
          everybody_(o.channels),
          interests_(o.channels),
          speaker_(p.others, p.epoch, random_node(), o.channels + 1),
          heads_(std::make_shared<head_check>(strand_, p.feeds)),
          joins_(std::make_shared<join_check>(strand_, p.rooms, p.feeds, p.time)),
          timer_(strand_),
          lines_(o.channels + 1),
          said_(m.add_counter("madang_bus_said_total", "Notes that this node published for the others.")),
          received_(m.add_counter("madang_bus_received_total", "Notes of other nodes that were heard.")),
          lost_(m.add_counter("madang_bus_lost_total", "Times that notes of another node were found to be lost.")) {}

    void start(transport::listener& to) {
        parts_.others.start(to);
        parts_.others.subscribe(everybody_);
        tick();
    }
    void stop() {
        stopped_ = true;
        timer_.cancel();
        heads_->stop();
        joins_->stop();
    }

    void tell(domain::presence& watched) { presence_ = &watched; }
    void tell(domain::copies& kept) { copies_ = &kept; }
    [[nodiscard]] room_feeds& feeds() const noexcept { return parts_.feeds; }

    // One turn of the strand; in the order of the calls from one thread.
    template <class Work>
    void later(Work work) {
        asio::post(strand_, [self = shared_from_this(), work = std::move(work)]() mutable {
            if (!self->stopped_) work(*self);
        });
    }

    void say(channel c, subject about, std::string_view body) {
        said_.add();
        speaker_.say(c, about, body);
    }
    void say(room_id room, subject about, std::string_view body) { say(interests_.of(room), about, body); }
    void say(user_id user, subject about, std::string_view body) { say(interests_.of(user), about, body); }
    void say_to_all(subject about, std::string_view body) { say(everybody_, about, body); }

    // A change of who may listen concerns people wherever they are; all else concerns who listens to the room.
    void publish(const std::vector<commit>& batch) {
        std::map<channel, std::vector<commit>> parts;
        for (const auto& c : batch) parts[c.joined.empty() && c.left.empty() ? interests_.of(c.room) : everybody_].push_back(c);
        for (const auto& [c, commits] : parts) say(c, subject::commits, encode(commits));
    }

    void in_room(room_id room, bool here) { change(interests_.of(room), interests_.in_room(room, here)); }
    void in_user(user_id user, bool here) { change(interests_.of(user), interests_.in_user(user, here)); }

    void hear(channel c, std::string_view text) {
        const auto n = decode_note(text);
        // Of another history: nothing in it means anything here. The watch notices when ours has changed.
        if (!n || n->node == speaker_.node() || n->epoch != parts_.epoch.name()) return;
        received_.add();
        const auto missed = losses_.hear(c, n->node, n->number, n->about == static_cast<char>(subject::pulse));
        if (missed == losses::lost::something) {
            lost_.add();
            if (copies_ != nullptr) copies_->missed_something();
        }
        if (missed != losses::lost::nothing) suspect(c);
        take(*n);
    }
    void heard(channel c) {
        auto& line = lines_[c];
        line.heard = true;
        if (std::exchange(line.interrupted, false)) line.trusted_from = std::chrono::steady_clock::now() + others_come_back;
        losses_.forget(c);
        suspect(c);
    }
    void lost(channel c) {
        if (c == everybody_ && lines_[c].heard) joins_->lose_touch();
        lines_[c].heard = false;
        lines_[c].interrupted = true;
        if (copies_ != nullptr) copies_->missed_something();
        suspect(c);  // it was silent for a while before that was noticed
    }
    void unsaid(channel c) { speaker_.unsaid(c); }

private:
    void change(channel c, interests::change what) {
        if (what == interests::change::first) parts_.others.subscribe(c);
        if (what != interests::change::last) return;
        parts_.others.unsubscribe(c);
        lines_[c] = {};
        losses_.forget(c);
    }

    // Something that concerns these rooms may not have been heard.
    void suspect(channel c) {
        if (c != everybody_) return heads_->add(interests_.rooms_on(c));
        joins_->look(interests_.people());
        for (channel each = 0; each < everybody_; ++each) heads_->add(interests_.rooms_on(each));
    }

    void take(const note& n) {
        auto rest = n.body;
        switch (static_cast<subject>(n.about)) {
            case subject::commits:
                return take_commits(decode_commits(rest));
            case subject::typing: {
                const auto room = next_number(rest);
                if (const auto user = next_number(rest)) parts_.here.typing(room_id{*room}, user_id{*user});
                return;
            }
            case subject::reads:
                return take_reads(rest);
            case subject::person: {
                const auto user = next_number(rest);
                if (user && !rest.empty()) parts_.here.tell(user_id{*user}, std::string{rest.substr(1)});
                return;
            }
            case subject::sessions: {
                std::vector<session_id> ended;
                while (const auto session = next_number(rest)) ended.push_back(session_id{*session});
                parts_.here.end(parts_.ended.add(ended, parts_.time.now()));
                return;
            }
            case subject::presence:
                if (const auto user = next_number(rest); user && presence_) presence_->heard_of_change(user_id{*user});
                return;
            case subject::friends:
                if (const auto user = next_number(rest); user && presence_) presence_->heard_of_friends(user_id{*user});
                return;
            case subject::copies:
                if (copies_ != nullptr) copies_->others_changed(rest);
                return;
            case subject::pulse:  // its number was all
                return;
        }
    }
    // Whoever hears of an event and asks for more finds no copy from before it.
    void take_commits(std::vector<commit> commits) {
        if (copies_ != nullptr) copies_->others_committed(commits);
        parts_.feeds.committed(std::move(commits));
    }
    void take_reads(std::string_view rest) {
        const auto room = next_number(rest);
        std::vector<read_mark> marks;
        while (const auto user = next_number(rest)) {
            const auto ordinal = next_number(rest);
            if (!ordinal) return;
            marks.push_back({user_id{*user}, *ordinal});
        }
        if (room) parts_.reads.hear(room_id{*room}, std::move(marks));
    }

    void tick() {
        speaker_.pulse();
        look_at_database();
        timer_.expires_after(options_.pulse);
        timer_.async_wait([self = shared_from_this()](const boost::system::error_code& ec) {
            if (!ec && !self->stopped_) self->tick();
        });
    }
    // After an interruption other nodes may come back to the bus later than we: what they say until then is lost, and there is no
    // earlier number of theirs to notice it by.
    [[nodiscard]] bool is_trusted(channel c, steady_time now) const { return lines_[c].heard && now >= lines_[c].trusted_from; }
    // What is not heard, often; the rest once in a long while, a few channels at a time.
    void look_at_database() {
        const auto now = std::chrono::steady_clock::now();
        const bool blind = now >= next_blind_;
        if (blind) next_blind_ = now + options_.blind_poll;
        if (blind && (!is_trusted(everybody_, now) || joins_->owed())) joins_->look(interests_.people());
        for (channel c = 0; blind && c < everybody_; ++c)
            if (!is_trusted(c, now) || !is_trusted(everybody_, now)) heads_->add(interests_.rooms_on(c));
        const auto share = static_cast<std::size_t>(everybody_ * options_.pulse / options_.slow_poll) + 1;
        for (std::size_t i = 0; i < share; ++i, ++next_slow_) heads_->add(interests_.rooms_on(next_slow_ % everybody_));
    }

    // A channel, as this node hears it.
    struct line {
        bool heard = false;
        bool interrupted = false;  // lost, and not heard again since
        steady_time trusted_from{};
    };

    executor strand_;
    const parts parts_;
    domain::presence* presence_ = nullptr;
    domain::copies* copies_ = nullptr;
    const cluster_options options_;
    const channel everybody_;
    interests interests_;
    speaker speaker_;
    losses losses_;
    const std::shared_ptr<head_check> heads_;
    const std::shared_ptr<join_check> joins_;
    timer timer_;
    std::vector<line> lines_;  // by channel
    steady_time next_blind_{};
    std::size_t next_slow_ = 0;
    bool stopped_ = false;
    metrics::counter& said_;
    metrics::counter& received_;
    metrics::counter& lost_;
};

cluster::cluster(executor strand, parts p, cluster_options o, metrics::registry& m)
    : desk_(std::make_shared<desk>(std::move(strand), p, o, m)) {
    p.reads.tell_others([this](room_id room, std::vector<read_mark> marks) { read(room, std::move(marks)); });
}
cluster::~cluster() = default;

void cluster::start() {
    desk_->later([this](desk& d) { d.start(*this); });
}
void cluster::stop() {
    desk_->later([](desk& d) { d.stop(); });
}

void cluster::committed(std::vector<commit> batch) {
    desk_->later([batch](desk& d) { d.publish(batch); });
    desk_->feeds().committed(std::move(batch));
}
void cluster::in_room(room_id room, bool here) {
    desk_->later([room, here](desk& d) { d.in_room(room, here); });
}
void cluster::in_user(user_id user, bool here) {
    desk_->later([user, here](desk& d) { d.in_user(user, here); });
}

void cluster::tell(user_id to, std::string json) {
    desk_->later([to, json = std::move(json)](desk& d) { d.say(to, subject::person, fmt::format("{} {}", to.value, json)); });
}
void cluster::typing(room_id room, user_id user) {
    desk_->later([room, user](desk& d) { d.say(room, subject::typing, fmt::format("{} {}", room.value, user.value)); });
}
void cluster::read(room_id room, std::vector<read_mark> marks) {
    auto body = std::to_string(room.value);
    for (const auto& mark : marks) body += fmt::format(" {}:{}", mark.user.value, mark.ordinal);
    desk_->later([room, body = std::move(body)](desk& d) { d.say(room, subject::reads, body); });
}
void cluster::sessions_ended(std::span<const session_id> sessions) {
    std::string body;
    for (const auto session : sessions) body += fmt::format("{} ", session.value);
    desk_->later([body = std::move(body)](desk& d) { d.say_to_all(subject::sessions, body); });
}

void cluster::came_or_went(user_id user) {
    desk_->later([user](desk& d) { d.say(user, subject::presence, std::to_string(user.value)); });
}
void cluster::friends_changed(user_id user) {
    desk_->later([user](desk& d) { d.say(user, subject::friends, std::to_string(user.value)); });
}
void cluster::copies_changed(std::string what) {
    desk_->later([what = std::move(what)](desk& d) { d.say_to_all(subject::copies, what); });
}
void cluster::tell(domain::presence& watched) { desk_->tell(watched); }
void cluster::tell(domain::copies& kept) { desk_->tell(kept); }

void cluster::message(channel c, std::string_view text) {
    desk_->later([c, text = std::string{text}](desk& d) { d.hear(c, text); });
}
void cluster::heard(channel c) {
    desk_->later([c](desk& d) { d.heard(c); });
}
void cluster::lost(channel c) {
    desk_->later([c](desk& d) { d.lost(c); });
}
void cluster::unsaid(channel c) {
    desk_->later([c](desk& d) { d.unsaid(c); });
}

}  // namespace madang::bus

#include "madang/domain/presence.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include <algorithm>
#include <map>
#include <optional>

namespace madang::domain {
namespace {

constexpr std::size_t page_of_friends = 1000;
constexpr std::size_t looked_at_once = 1000;

}  // namespace

// All of it, on the strand.
class presence::desk : public std::enable_shared_from_this<desk> {
public:
    desk(executor strand, parts p, timing t) : strand_(std::move(strand)), parts_(std::move(p)), timing_(t), timer_(strand_) {}

    template <class Work>
    void later(Work work) {
        asio::post(strand_, [self = shared_from_this(), work = std::move(work)]() mutable {
            if (!self->stopped_) work(*self);
        });
    }
    void stop() {
        stopped_ = true;
        timer_.cancel();
    }

    [[nodiscard]] const parts& with() const noexcept { return parts_; }

    void watch(user_id watcher, bool here) {
        auto& n = present_[watcher];
        n += here ? 1 : -1;
        if (n != 0) return;
        present_.erase(watcher);
        last_frame_.erase(watcher);
        latest_show_.erase(watcher);
        let_go(watcher);
    }
    void greet(user_id watcher) {
        if (!present_.contains(watcher)) return;
        const auto last = last_frame_.find(watcher);
        // Not more often than anything else.
        if (last != last_frame_.end() && std::chrono::steady_clock::now() - last->second < timing_.digest)
            to_greet_.insert(watcher);
        else
            asio::co_spawn(strand_, show_all(watcher), asio::detached);
        begin();
    }
    void look_at(user_id user) {
        if (!watchers_.contains(user)) return;
        to_look_at_.insert(user);
        once_more_.insert(user);
    }

private:
    // One flow while anybody watches: a turn for each digest.
    void begin() {
        if (running_) return;
        running_ = true;
        asio::co_spawn(strand_, run(), asio::detached);
    }
    task<> run() {
        const auto self = shared_from_this();
        while (!stopped_ && !present_.empty()) {
            timer_.expires_after(timing_.digest);
            boost::system::error_code ignored;
            co_await timer_.async_wait(asio::redirect_error(use_task, ignored));
            for (const auto watcher : std::exchange(to_greet_, {})) co_await show_all(watcher);
            co_await look();
            tell();
        }
        running_ = false;
    }

    // Reads the list of friends anew, and shows all of it.
    task<> show_all(user_id watcher) {
        const auto self = shared_from_this();
        const auto turn = latest_show_[watcher] = ++shows_;
        auto list = co_await friends_of(watcher);
        if (!is_latest(watcher, turn)) co_return;
        if (!list) {
            to_greet_.insert(watcher);  // at the next turn
            co_return;
        }
        let_go(watcher);
        for (const auto who : *list) {
            auto& watching = watchers_[who];
            if (watching.empty() && parts_.others != nullptr) parts_.others->in_user(who, true);
            watching.insert(watcher);
        }
        friends_[watcher] = *list;
        std::vector<presence_state> all;
        for (std::size_t at = 0; at < list->size(); at += looked_at_once) {
            const auto end = std::min(list->size(), at + looked_at_once);
            std::vector<user_id> some{list->begin() + static_cast<std::ptrdiff_t>(at),
                                      list->begin() + static_cast<std::ptrdiff_t>(end)};
            const auto states = co_await parts_.board.look(std::move(some));
            all.insert(all.end(), states.begin(), states.end());
        }
        if (!is_latest(watcher, turn)) co_return;
        for (const auto& s : all)
            if (watchers_.contains(s.user)) known_.try_emplace(s.user, s);
        // What is shown may be older than what is known by now, and the other way round: the next turn compares.
        for (const auto& s : all) {
            to_look_at_.insert(s.user);
            shown_[watcher][s.user] = s.online;
        }
        send(watcher, all);
    }
    // Not overtaken by a later one, which has read a later list; and still wanted.
    [[nodiscard]] bool is_latest(user_id watcher, std::uint64_t turn) const {
        const auto at = latest_show_.find(watcher);
        return !stopped_ && at != latest_show_.end() && at->second == turn;
    }
    async_result<std::vector<user_id>> friends_of(user_id watcher) {
        std::vector<user_id> list;
        user_id after;
        for (;;) {
            const auto page = co_await parts_.contacts.friends(watcher, after, page_of_friends);
            if (!page) co_return page.error();
            for (const auto& one : *page) list.push_back(one.who.id);
            if (page->size() < page_of_friends) co_return list;
            after = list.back();
        }
    }

    void let_go(user_id watcher) {
        shown_.erase(watcher);
        due_.erase(watcher);
        const auto at = friends_.find(watcher);
        if (at == friends_.end()) return;
        for (const auto who : at->second) {
            const auto watched = watchers_.find(who);
            watched->second.erase(watcher);
            if (!watched->second.empty()) continue;
            if (parts_.others != nullptr) parts_.others->in_user(who, false);
            watchers_.erase(watched);
            known_.erase(who);
        }
        friends_.erase(at);
    }

    // At who may have changed, and now and then at everybody.
    task<> look() {
        const auto now = std::chrono::steady_clock::now();
        if (now >= look_again_) {
            look_again_ = now + timing_.look_again;
            for (const auto& [who, watching] : watchers_) to_look_at_.insert(who);
        }
        while (!to_look_at_.empty()) {
            std::vector<user_id> some;
            for (auto at = to_look_at_.begin(); at != to_look_at_.end() && some.size() < looked_at_once;
                 at = to_look_at_.erase(at))
                some.push_back(*at);
            const auto states = co_await parts_.board.look(std::move(some));
            for (const auto& s : states) take(s);
        }
        // What was heard of may reach the board a moment later.
        to_look_at_ = std::exchange(once_more_, {});
    }
    void take(const presence_state& s) {
        const auto watched = watchers_.find(s.user);
        if (watched == watchers_.end()) return;
        known_[s.user] = s;
        for (const auto watcher : watched->second) due_[watcher].insert(s.user);
    }

    // What differs from what each watcher was shown.
    void tell() {
        const auto now = std::chrono::steady_clock::now();
        for (auto at = due_.begin(); at != due_.end();) {
            const auto& [watcher, users] = *at;
            if (const auto last = last_frame_.find(watcher); last != last_frame_.end() && now - last->second < timing_.digest) {
                ++at;  // at the next turn
                continue;
            }
            std::vector<presence_state> changed;
            auto& shown = shown_[watcher];
            for (const auto user : users) {
                const auto known = known_.find(user);
                if (known == known_.end()) continue;
                const auto [was, is_new] = shown.try_emplace(user, known->second.online);
                if (!is_new && was->second == known->second.online) continue;
                was->second = known->second.online;
                changed.push_back(known->second);
            }
            if (!changed.empty()) send(watcher, changed);
            at = due_.erase(at);
        }
    }
    void send(user_id watcher, const std::vector<presence_state>& states) {
        last_frame_[watcher] = std::chrono::steady_clock::now();
        parts_.here.presence(watcher, states);
    }

    executor strand_;
    const parts parts_;
    const timing timing_;
    timer timer_;
    std::unordered_map<user_id, int> present_;  // watchers, as often as they were told of
    std::unordered_map<user_id, std::vector<user_id>> friends_;
    std::unordered_map<user_id, std::unordered_set<user_id>> watchers_;     // the other way round
    std::unordered_map<user_id, presence_state> known_;                     // of who is watched
    std::unordered_map<user_id, std::unordered_map<user_id, bool>> shown_;  // to each watcher
    std::unordered_map<user_id, std::unordered_set<user_id>> due_;          // to be compared with what was shown
    std::unordered_map<user_id, steady_time> last_frame_;
    std::unordered_map<user_id, std::uint64_t> latest_show_;
    std::uint64_t shows_ = 0;
    std::unordered_set<user_id> to_greet_, to_look_at_, once_more_;
    steady_time look_again_{};
    bool running_ = false;
    bool stopped_ = false;
};

presence::presence(executor strand, parts p, timing t) : desk_(std::make_shared<desk>(std::move(strand), std::move(p), t)) {}
presence::~presence() = default;

void presence::stop() {
    desk_->later([](desk& d) { d.stop(); });
}

void presence::in_user(user_id user, bool here) {
    const auto& with = desk_->with();
    if (here)
        with.board.came(user);
    else
        with.board.went(user);
    if (with.tell_others_of_change) with.tell_others_of_change(user);
    heard_of_change(user);
}

void presence::in_presence(user_id user, bool here) {
    desk_->later([user, here](desk& d) { d.watch(user, here); });
}

void presence::greet(user_id watcher) {
    desk_->later([watcher](desk& d) { d.greet(watcher); });
}

void presence::friends_changed(user_id one, user_id other) {
    for (const auto user : {one, other}) {
        heard_of_friends(user);
        if (const auto& tell = desk_->with().tell_others_of_friends) tell(user);
    }
}

void presence::heard_of_change(user_id user) {
    desk_->later([user](desk& d) { d.look_at(user); });
}

void presence::heard_of_friends(user_id watcher) {
    desk_->later([watcher](desk& d) { d.greet(watcher); });
}

}  // namespace madang::domain

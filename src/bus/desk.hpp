// What the cluster does on its strand: says what happened here, hears what happened there, and has the database asked where
// something may have been lost. Lives until stop() and its last turn.
#pragma once

#include "delivery.hpp"
#include "head_check.hpp"
#include "interests.hpp"
#include "join_check.hpp"
#include "lines.hpp"
#include "losses.hpp"
#include "speaker.hpp"

#include <boost/asio/post.hpp>

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace madang::bus {

class desk : public std::enable_shared_from_this<desk> {
public:
    desk(executor strand, const cluster::parts& p, cluster_options o, metrics::registry& m);

    // Any thread: one turn of the strand; in the order of the calls from one thread. All else belongs to the strand.
    template <class Work>
    void later(Work work) {
        asio::post(strand_, [self = shared_from_this(), work = std::move(work)]() mutable {
            if (!self->stopped_) work(*self);
        });
    }

    void start(transport::listener& to);
    void stop();
    [[nodiscard]] delivery& to_those_here() noexcept { return delivery_; }

    void say(channel c, subject about, std::string_view body);
    void say(room_id room, subject about, std::string_view body) { say(interests_.of(room), about, body); }
    void say(user_id user, subject about, std::string_view body) { say(interests_.of(user), about, body); }
    void say_to_all(subject about, std::string_view body) { say(everybody_, about, body); }
    // A change of who may listen concerns people wherever they are; all else concerns who listens to the room.
    void publish(const std::vector<domain::commit>& batch);

    void in_room(room_id room, bool here) { change(interests_.of(room), interests_.in_room(room, here)); }
    void in_user(user_id user, bool here) { change(interests_.of(user), interests_.in_user(user, here)); }

    void hear(channel c, std::string_view text);
    void heard(channel c);
    void lost(channel c);
    void unsaid(channel c) { speaker_.unsaid(c); }

private:
    void change(channel c, interests::change what);
    void suspect(channel c);
    void tick();
    void look_at_database();

    executor strand_;
    transport& others_;
    const domain::epoch& epoch_;
    const cluster_options options_;
    const channel everybody_;
    interests interests_;
    speaker speaker_;
    losses losses_;
    lines lines_;
    delivery delivery_;
    const std::shared_ptr<head_check> heads_;
    const std::shared_ptr<join_check> joins_;
    timer timer_;
    steady_time next_blind_{};
    std::size_t next_slow_ = 0;
    bool stopped_ = false;
    metrics::counter& said_;
    metrics::counter& received_;
    metrics::counter& lost_;
};

}  // namespace madang::bus

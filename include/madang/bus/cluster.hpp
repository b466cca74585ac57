// This node among the others: tells them what happened here after it was committed, hears what happened there, and asks the
// database where the bus may have lost something. All of it is hints: a feed or a listener that missed something repairs itself.
// Thread: its strand; what other threads call posts to it.
#pragma once

#include "madang/base/async.hpp"
#include "madang/bus/transport.hpp"
#include "madang/domain/epoch.hpp"
#include "madang/domain/ports/audience.hpp"
#include "madang/domain/ports/copies.hpp"
#include "madang/domain/ports/interest.hpp"
#include "madang/domain/ports/room_log.hpp"
#include "madang/domain/presence.hpp"
#include "madang/domain/read_digest.hpp"
#include "madang/domain/revocations.hpp"
#include "madang/domain/room_feeds.hpp"
#include "madang/observe/metrics.hpp"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace madang::bus {

class desk;

struct cluster_options {
    std::size_t channels = 256;                   // that rooms and people are spread over
    std::chrono::milliseconds pulse{1000};        // between heart-beats; they follow what was published, and cease
    std::chrono::milliseconds blind_poll{2000};   // between looks at the database for what is not heard on the bus
    std::chrono::milliseconds slow_poll{60'000};  // the same for what is heard: once in this time, spread
};

class cluster final : public domain::commit_listener, public domain::interest, private transport::listener {
public:
    struct parts {
        transport& others;
        domain::room_store& rooms;
        domain::room_feeds& feeds;
        domain::audience& here;  // this node's own listeners
        domain::read_digest& reads;
        domain::revocations& ended;
        const domain::epoch& epoch;
        const clock& time;
    };
    cluster(executor strand, parts p, cluster_options o, metrics::registry& m);
    ~cluster() override;

    void start();
    void stop();

    // Committed here: to the feeds, and to the others.
    void committed(std::vector<domain::commit> batch) override;
    void in_room(room_id room, bool here) override;
    void in_user(user_id user, bool here) override;

    // To the others alone.
    void tell(user_id to, std::string json);
    void typing(room_id room, user_id user);
    void read(room_id room, std::vector<domain::read_mark> marks);
    void sessions_ended(std::span<const session_id> sessions);
    void came_or_went(user_id user);
    void friends_changed(user_id user);

    void copies_changed(std::string what);

    // Told of the others' people, and of their changes. Before start().
    void tell(domain::presence& watched);
    void tell(domain::copies& kept);

private:
    void message(channel c, std::string_view text) override;
    void heard(channel c) override;
    void lost(channel c) override;
    void unsaid(channel c) override;

    const std::shared_ptr<desk> desk_;
    domain::room_feeds& feeds_;
};

}  // namespace madang::bus

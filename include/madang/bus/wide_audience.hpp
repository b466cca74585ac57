// The listeners of all nodes: what is told here is told to this node's own, and to the others. Thread-safe.
// Committed events do not pass here: each node's feeds deliver them to their own listeners, in order.
#pragma once

#include "madang/bus/cluster.hpp"

namespace madang::bus {

class wide_audience final : public domain::audience {
public:
    wide_audience(domain::audience& here, cluster& others) : here_(here), others_(others) {}

    [[nodiscard]] bool anyone(room_id room) const override { return here_.anyone(room); }
    [[nodiscard]] bool online(user_id user) const override { return here_.online(user); }
    void deliver(std::vector<domain::commit> commits) override { here_.deliver(std::move(commits)); }
    void tell(user_id to, std::string json) override {
        others_.tell(to, json);
        here_.tell(to, std::move(json));
    }
    void typing(room_id room, user_id user) override {
        others_.typing(room, user);
        here_.typing(room, user);
    }
    [[nodiscard]] bool anyone_reads(room_id room) const override { return here_.anyone_reads(room); }
    void reads(room_id room, std::span<const domain::read_mark> marks) override { here_.reads(room, marks); }
    void presence(user_id to, std::span<const domain::presence_state> friends) override { here_.presence(to, friends); }
    void end(std::span<const session_id> sessions) override {
        others_.sessions_ended(sessions);
        here_.end(sessions);
    }

private:
    domain::audience& here_;
    cluster& others_;
};

}  // namespace madang::bus

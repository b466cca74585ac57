// The domain's listeners, by way of the broker: encodes what happened once and publishes it. Thread-safe.
#pragma once

#include "madang/broker/hub.hpp"
#include "madang/domain/epoch.hpp"
#include "madang/domain/ports/audience.hpp"
#include "madang/web/room_bells.hpp"

#include <atomic>
#include <string>

namespace madang::web {

class room_audience final : public domain::audience {
public:
    room_audience(broker::hub& hub, room_bells& bells, const domain::epoch& epoch) : hub_(hub), bells_(bells), epoch_(epoch) {}

    [[nodiscard]] bool anyone(room_id room) const override;
    [[nodiscard]] bool online(user_id user) const override { return hub_.has_sessions(user); }
    void deliver(std::vector<domain::commit> commits) override;
    void tell(user_id to, std::string json) override;
    void typing(room_id room, user_id user) override;
    [[nodiscard]] bool anyone_reads(room_id room) const override;
    void reads(room_id room, std::span<const domain::read_mark> marks) override;
    void presence(user_id to, std::span<const domain::presence_state> friends) override;
    void end(std::span<const session_id> sessions) override { hub_.end_logins(sessions); }

private:
    broker::message_ptr passing(const std::string& destination, std::string body, bool sheddable);

    broker::hub& hub_;
    room_bells& bells_;
    const domain::epoch& epoch_;
    std::atomic<std::uint64_t> passing_{0};  // numbers what is not stored
};

}  // namespace madang::web

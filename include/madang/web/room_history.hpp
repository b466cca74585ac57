// The broker's history of room topics: the event log, as MESSAGE frames. Thread-safe.
#pragma once

#include "madang/broker/history.hpp"
#include "madang/domain/epoch.hpp"
#include "madang/domain/ports/room_store.hpp"

#include <string>

namespace madang::web {

class room_history final : public broker::history {
public:
    room_history(domain::room_store& rooms, const domain::epoch& epoch) : rooms_(rooms), epoch_(epoch) {}

    async_result<std::vector<broker::message_ptr>> after(std::string topic, seq_t position, std::size_t limit) override;

private:
    domain::room_store& rooms_;
    const domain::epoch& epoch_;
};

}  // namespace madang::web

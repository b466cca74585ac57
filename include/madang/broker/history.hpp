// Where a subscription that is behind reads what it has missed. The broker knows positions, not rooms.
#pragma once

#include "madang/base/async.hpp"
#include "madang/broker/message.hpp"

#include <string>
#include <vector>

namespace madang::broker {

class history {
public:
    virtual ~history() = default;
    // The messages of a topic after `position`, in order and without a gap, at most `limit`; fewer only at the head.
    virtual async_result<std::vector<message_ptr>> after(std::string topic, seq_t position, std::size_t limit) = 0;
};

}  // namespace madang::broker

// A room event as the broker's message: the tail of its MESSAGE frame, encoded once.
#pragma once

#include "madang/broker/message.hpp"
#include "madang/domain/event.hpp"

#include <string>

namespace madang::web {

[[nodiscard]] broker::message_ptr to_message(const domain::event& e, const std::string& epoch);

// What is not stored: its id is unique in this process.
[[nodiscard]] broker::message_ptr to_message(std::string_view destination, std::string_view message_id, std::string_view json,
                                             bool sheddable);

}  // namespace madang::web

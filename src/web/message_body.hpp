// A message as clients send it, over REST and over STOMP: one reader for both.
#pragma once

#include "madang/domain/ports/room_log.hpp"
#include "madang/protocol/json/reader.hpp"

#include <optional>
#include <string_view>

namespace madang::web {

// [A-Za-z0-9._-]{1,64}
[[nodiscard]] bool is_message_key(std::string_view key) noexcept;

// `{text, key?, replyTo?}`; `outer_key`: from the header Idempotency-Key or x-key. Room and author are left to the caller.
[[nodiscard]] result<domain::new_message> read_message(const boost::json::object& body,
                                                       std::optional<std::string_view> outer_key);
// A text/plain body: the text alone.
[[nodiscard]] result<domain::new_message> read_plain_message(std::string_view text, std::optional<std::string_view> outer_key);

}  // namespace madang::web

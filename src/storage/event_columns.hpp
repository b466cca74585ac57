// How an event's body stands in columns, the same in every database (config/migrations/*/0003_rooms.sql says which kind uses
// which).
#pragma once

#include "madang/domain/event.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace madang::storage {

// The columns that depend on the kind; what a kind does not use is empty.
struct event_columns {
    std::optional<ordinal_t> ordinal;
    std::optional<std::string> key;
    std::optional<std::string> body;
    std::optional<seq_t> target;
    std::optional<user_id> subject;
    std::optional<std::int64_t> value;
};

// An edit is written without its text: readers show the target's, which may change again.
[[nodiscard]] event_columns columns_of(const domain::event_body& body);

// The other way. For an edit, `body` and `deleted_at` are its target's present ones. Throws std::logic_error for an unknown kind.
[[nodiscard]] domain::event_body body_from(domain::event_kind kind, event_columns c, std::optional<timestamp> edited_at,
                                           std::optional<timestamp> deleted_at);

}  // namespace madang::storage

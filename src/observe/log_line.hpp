// One line of the log as text. No I/O, no state.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/observe/log.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

namespace madang::log {

// Lines rarely outgrow this, so formatting one allocates nothing.
using line_buffer = fmt::basic_memory_buffer<char, 1024>;

struct event {
    timestamp time;
    level at;
    std::string_view message;
    std::optional<session_id> session;  // written before the other fields
    fields with;
};

// Appends the event without a line feed. Whatever the values hold, the line stays one line, and JSON stays JSON.
void append_line(line_buffer& to, format how, const event& what);

}  // namespace madang::log

// One text on the bus: who says it, in which history, as its how-manieth on the channel, and what.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace madang::bus {

// Letters are part of what two releases share. Never reuse one.
enum class subject : char {
    commits = 'c',   // commit_codec
    typing = 't',    // "<room> <user>"
    reads = 'r',     // "<room> <user>:<ordinal> ..."
    person = 'p',    // "<user> <json>": to all devices of one person
    sessions = 's',  // "<session> ...": they have ended
    presence = 'o',  // "<user>": came or went, on some node
    friends = 'f',   // "<user>": has other friends now
    copies = 'k',    // what is void of what nodes keep; cache/invalidation names it
    pulse = 'h',     // nothing: the number of the last one, so that its loss is noticed
};

struct note {
    std::string_view epoch;
    std::uint64_t node = 0;    // random, anew with each start
    std::uint64_t number = 0;  // counts the node's notes on this channel from 1; a pulse repeats the last one
    char about = 0;            // a subject, perhaps one of a later release
    std::string_view body;
};

[[nodiscard]] std::string encode(const note& n);
// Views into `text`. Nothing when it is no note of this version.
[[nodiscard]] std::optional<note> decode_note(std::string_view text);

}  // namespace madang::bus

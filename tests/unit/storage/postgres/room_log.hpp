// What a room's log holds, and that it has no hole.
#pragma once

#include "../ports/world.hpp"

#include <map>
#include <string>
#include <utility>

namespace madang::test {

using log_by_key = std::map<std::pair<user_id, std::string>, domain::posted>;

// The messages of a room's log, which must be contiguous from 1 in seqs and in ordinals, and have no key twice.
inline log_by_key whole_log(world& w, room_id room) {
    log_by_key found;
    seq_t seq = 0;
    ordinal_t ordinal = 0;
    for (const auto& e : w.events(room)) {
        REQUIRE(e.seq == ++seq);
        const auto* m = std::get_if<domain::message_posted>(&e.body);
        if (m == nullptr) continue;
        REQUIRE(m->ordinal == ++ordinal);
        domain::posted numbers;
        numbers.seq = e.seq;
        numbers.ordinal = m->ordinal;
        REQUIRE(found.try_emplace({e.author, m->key}, numbers).second);
    }
    return found;
}

}  // namespace madang::test

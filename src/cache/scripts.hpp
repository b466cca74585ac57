// What Redis runs for a redis_table, each in one step.
#pragma once

#include <string_view>

namespace madang::cache {

// KEYS: of each key the value's name and the lease's. ARGV: a lease, its life in milliseconds. For each key the value and the
// milliseconds that it has left; or 1 with the lease; or 0 without. A lease that Redis refuses to write (memory is full) is one
// that is not given: the other keys may hit.
inline constexpr std::string_view look_script =
    "local found = {}\n"
    "for i = 1, #KEYS, 2 do\n"
    "  local text = redis.call('GET', KEYS[i])\n"
    "  if text then\n"
    "    found[#found + 1] = {text, redis.call('PTTL', KEYS[i])}\n"
    "  else\n"
    "    local set = redis.pcall('SET', KEYS[i + 1], ARGV[1], 'NX', 'PX', ARGV[2])\n"
    "    found[#found + 1] = set and set.ok and 1 or 0\n"
    "  end\n"
    "end\n"
    "return found\n";

// Its SHA-1, by which Redis knows it once it has seen it. If this were wrong, each look would take two round trips.
inline constexpr std::string_view look_digest = "d7319297f8e4718781dc202b07b00ec7ba05367d";

// KEYS: the value's name, the lease's. ARGV: the lease, the text, its time to live in milliseconds. 1 if the text was stored.
inline constexpr std::string_view fill_script =
    "if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end\n"
    "redis.call('DEL', KEYS[2])\n"
    "redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])\n"
    "return 1\n";

}  // namespace madang::cache

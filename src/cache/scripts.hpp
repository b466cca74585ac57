// What Redis runs for a redis_table, each in one step. KEYS: the value's name, the lease's name.
#pragma once

#include <string_view>

namespace madang::cache {

// ARGV: a lease, its life in milliseconds. The value and the milliseconds that it has left; or 1 with the lease; or 0 without.
inline constexpr std::string_view look_script =
    "local text = redis.call('GET', KEYS[1])\n"
    "if text then return {text, redis.call('PTTL', KEYS[1])} end\n"
    "if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end\n"
    "return 0\n";

// Its SHA-1, by which Redis knows it once it has seen it. If this were wrong, each look would take two round trips.
inline constexpr std::string_view look_digest = "11c1a40e40e1c74989f15f8171308da90d24ad97";

// ARGV: the lease, the text, its time to live in milliseconds. 1 if the text was stored.
inline constexpr std::string_view fill_script =
    "if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end\n"
    "redis.call('DEL', KEYS[2])\n"
    "redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])\n"
    "return 1\n";

}  // namespace madang::cache

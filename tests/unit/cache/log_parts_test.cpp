#include "madang/cache/log_parts.hpp"

#include "catch.hpp"

using namespace madang;
using namespace madang::cache;

namespace {

log_parts::place at(seq_t number, std::int64_t room = 5, std::string epoch = "e") {
    return {std::move(epoch), room_id{room}, number};
}

// A message of so many bytes.
log_part_ptr part_of(seq_t seq, std::size_t bytes = 1) {
    domain::event e;
    e.seq = seq;
    domain::message_posted m;
    m.text.assign(bytes, 'x');
    e.body = std::move(m);
    log_part p;
    p.log.add(e);
    p.log.shrink();
    return std::make_shared<const log_part>(std::move(p));
}

constexpr std::size_t plenty = std::size_t{1} << 20;

}  // namespace

TEST_CASE("a part of a log is found in its epoch, its room and its place") {
    log_parts parts{plenty};
    const auto there = part_of(1);
    parts.put(at(3), there);
    REQUIRE(parts.find(at(3)) == there);
    REQUIRE_FALSE(parts.find(at(4)));
    REQUIRE_FALSE(parts.find(at(3, 6)));
    REQUIRE_FALSE(parts.find(at(3, 5, "other")));
}

TEST_CASE("a part of a log takes the place of an older one, and its memory") {
    log_parts parts{plenty};
    parts.put(at(3), part_of(1, 1000));
    const auto before = parts.counted();
    for (int i = 0; i < 100; ++i) parts.put(at(3), part_of(2, 1000));
    REQUIRE(parts.find(at(3))->log.first() == 2);
    REQUIRE(parts.counted().parts == 1);
    REQUIRE(parts.counted().bytes == before.bytes);
    REQUIRE(parts.counted().evictions == 0);
}

TEST_CASE("parts of logs never take more than they may, and what is in use stays") {
    log_parts parts{plenty};
    parts.put(at(0), part_of(1, 10'000));
    for (seq_t number = 1; number < 1000; ++number) {
        parts.put(at(number), part_of(1, 10'000));
        REQUIRE(parts.counted().bytes <= plenty);
        REQUIRE(parts.find(at(0)));
        REQUIRE(parts.find(at(number)));
    }
    const auto now = parts.counted();
    REQUIRE(now.evictions + now.parts == 1000);
    REQUIRE(now.parts >= plenty / 11'000 / 2);
    REQUIRE_FALSE(parts.find(at(1)));
}

TEST_CASE("a part of a log that is larger than its share is not kept, and still there for who has it") {
    log_parts parts{plenty};
    const auto large = part_of(1, plenty / 16);
    parts.put(at(3), large);
    REQUIRE_FALSE(parts.find(at(3)));
    REQUIRE(parts.counted().bytes == 0);
    REQUIRE(large->log.size() == 1);
}

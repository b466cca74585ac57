// A table in this process: what was used least recently makes room. Thread-safe: parts with a lock each, held for the time of a
// hash look-up and a copy. Nothing here waits.
#pragma once

#include "madang/base/clock.hpp"
#include "madang/cache/table.hpp"

#include <array>
#include <memory>

namespace madang::cache {

class part;

class process_table final : public table {
public:
    struct figures {
        std::uint64_t hits = 0;
        std::uint64_t misses = 0;
        std::uint64_t evictions = 0;  // values and leases that made room for others
        std::size_t entries = 0;      // values and leases, expired ones that nobody asked for again too
        std::size_t bytes = 0;
    };

    // `most_bytes` counts texts, keys and bookkeeping (about 250 bytes a key), and is divided among the parts evenly: a text
    // longer than a part is not kept.
    process_table(const clock& time, std::size_t most_bytes, limits l = {});
    ~process_table() override;

    [[nodiscard]] task<std::vector<found>> look_all(std::vector<std::string> keys, lease offered) override;
    [[nodiscard]] std::optional<std::string> glance(std::string_view key) override;
    // `ttl` counts from when the lease was given: the text may have been read right then.
    void fill(std::string key, lease held, std::string text, std::chrono::milliseconds ttl) override;
    void drop(std::vector<std::string> keys, then done = {}) override;

    void forget(std::span<const std::string> keys) override;
    void clear() override;

    // A look for who is not in a coroutine.
    [[nodiscard]] found find(std::string_view key, lease offered);

    [[nodiscard]] figures counted() const;

private:
    static constexpr std::size_t part_count = 16;
    [[nodiscard]] part& part_of(std::string_view key) const;

    const clock& time_;
    const limits limits_;
    std::array<std::unique_ptr<part>, part_count> parts_;
};

}  // namespace madang::cache

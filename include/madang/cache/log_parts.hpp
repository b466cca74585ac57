// Parts of rooms' logs in this process, bounded in bytes: what was used least recently makes room. Thread-safe: slices with a
// lock each, held for a look-up. Nothing here waits.
#pragma once

#include "madang/domain/log_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace madang::cache {

// Consecutive events from the beginning of an equal stretch of a room's log on; the newest part of a room is not full.
struct log_part {
    domain::log_text log;
    seq_t as_of = 0;        // what came up to here had come when this was read
    seq_t first_about = 0;  // the earliest message that an event of it is about; 0: none is about another one
};
using log_part_ptr = std::shared_ptr<const log_part>;

class log_parts {
public:
    struct place {
        std::string epoch;
        room_id room;
        seq_t number = 0;
        friend bool operator==(const place&, const place&) = default;
    };
    struct figures {
        std::uint64_t evictions = 0;
        std::size_t parts = 0;
        std::size_t bytes = 0;
    };

    // `most_bytes` counts texts and bookkeeping, and is divided among the slices evenly: a part longer than a slice is not kept.
    explicit log_parts(std::size_t most_bytes) : most_(most_bytes / slice_count) {}

    [[nodiscard]] log_part_ptr find(const place& at);  // null: it is not there
    void put(const place& at, log_part_ptr what);      // in the place of another one
    [[nodiscard]] figures counted() const;

private:
    static constexpr std::size_t slice_count = 16;

    struct entry {
        place at;
        log_part_ptr what;
        std::size_t bytes = 0;
    };
    struct hash {
        std::size_t operator()(const place& p) const noexcept;
    };
    struct slice {
        mutable std::mutex lock;
        std::list<entry> by_use;  // the latest first
        std::unordered_map<place, std::list<entry>::iterator, hash> by_place;
        std::size_t bytes = 0;
        std::uint64_t evictions = 0;

        void remove(std::list<entry>::iterator e);
    };
    slice& slice_of(const place& p) { return slices_[hash{}(p) % slice_count]; }

    const std::size_t most_;
    std::array<slice, slice_count> slices_;
};

}  // namespace madang::cache

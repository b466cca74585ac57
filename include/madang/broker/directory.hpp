// Which shards have something for a name: topics that are listened to, users who are connected.
// Thread-safe, behind one lock: the lock is not the bottleneck, posts across threads are (measured, engineering notes).
#pragma once

#include "madang/base/ids.hpp"
#include "madang/broker/message.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace madang::broker {

class directory {
public:
    using mask = std::uint64_t;  // a bit a shard, so at most 64 shards
    static constexpr std::size_t most_shards = 64;

    // Told when a topic or user comes to be here and when it is gone again, on any thread; the two may come in the wrong order,
    // so count them.
    class observer {
    public:
        virtual ~observer() = default;
        virtual void topic(const std::string& name, bool here) = 0;
        virtual void user(user_id who, bool here) = 0;
    };
    // Before anything is added.
    void tell(observer* o) { observer_ = o; }

    void add(const std::string& topic, std::size_t shard);
    void remove(const std::string& topic, std::size_t shard);
    void add(user_id user, std::size_t shard);
    void remove(user_id user, std::size_t shard);

    [[nodiscard]] mask of(const std::string& topic) const;
    [[nodiscard]] mask of(user_id user) const;
    // All shards that a publication concerns.
    [[nodiscard]] mask of(const publication& p) const;

private:
    observer* observer_ = nullptr;
    mutable std::mutex lock_;
    std::unordered_map<std::string, mask> topics_;
    std::unordered_map<user_id, mask> users_;
};

}  // namespace madang::broker

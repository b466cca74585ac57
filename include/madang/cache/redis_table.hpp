// A table in Redis, shared by all nodes that have it. Each of look, fill and drop is one round trip, for many keys too; nobody
// waits longer than the client's deadline, and while there is no connection nobody waits at all. Thread-safe; the client must
// outlive it.
//
// What drop() promises to this node holds as soon as its commands are with the client, for that sends all commands in the order
// in which they came, and Redis carries out those of one connection in order. While there is no connection every look is a miss.
// A drop that was under way when a connection broke has failed: Redis may carry it out, but nobody knows when. It is repeated on
// the next connection, and until Redis has confirmed it, every look of this node is a miss. So has one that Redis refused; that
// is repeated after pauses that grow, while somebody looks.
#pragma once

#include "madang/cache/table.hpp"
#include "madang/redis/client.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <span>

namespace madang::cache {

class owed_drops;

class redis_table final : public table {
public:
    struct figures {  // keys, except for scripts
        std::atomic<std::uint64_t> hits{0};
        std::atomic<std::uint64_t> misses{0};
        std::atomic<std::uint64_t> fills{0};  // sent; Redis may find their lease void
        std::atomic<std::uint64_t> drops{0};
        std::atomic<std::uint64_t> scripts{0};  // times that Redis had to be sent the script of a look
        std::atomic<std::uint64_t> failed{0};   // looked at or dropped without an answer
    };

    // Carries a version: a release with another encoding of texts has another one, and both can share a Redis.
    static constexpr std::string_view version = "madang:c1:";

    explicit redis_table(redis::client& client, limits l = {}, std::string prefix = std::string{version});
    ~redis_table() override;

    [[nodiscard]] task<std::vector<found>> look_all(std::vector<std::string> keys, lease offered) override;
    void fill(std::string key, lease held, std::string text, std::chrono::milliseconds ttl) override;
    void drop(std::vector<std::string> keys, then done = {}) override;

    [[nodiscard]] const figures& counted() const noexcept { return *counted_; }

    // False while there is no connection, or Redis has not carried out a drop of this node.
    [[nodiscard]] bool is_asked() const noexcept;
    // Repeats such drops. To be called when there is a connection again; looks do it, too, unless that was in vain just now.
    void repay();

private:
    // Of each key the value's and the lease's.
    [[nodiscard]] std::vector<std::string> names_of(std::span<const std::string> keys) const;
    void add_look(redis::commands& to, std::string_view verb, std::string_view script, std::span<const std::string> keys,
                  lease offered) const;
    void read(redis::reply& said, std::span<found> into, lease offered) const;

    [[nodiscard]] bool may_ask();
    void send_drop(const std::vector<std::string>& keys, std::function<void(bool carried_out)> told);

    redis::client& client_;
    const limits limits_;
    const std::string prefix_;
    // Drops under way have them, too.
    const std::shared_ptr<figures> counted_ = std::make_shared<figures>();
    const std::shared_ptr<owed_drops> owed_;
};

}  // namespace madang::cache

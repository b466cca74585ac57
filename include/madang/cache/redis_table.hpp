// A table in Redis, shared by all nodes that have it. Each of look, fill and drop is one round trip; nobody waits longer than the
// client's deadline, and while there is no connection nobody waits at all. Thread-safe; the client must outlive it.
#pragma once

#include "madang/cache/table.hpp"
#include "madang/redis/client.hpp"

#include <atomic>

namespace madang::cache {

class redis_table final : public table {
public:
    struct figures {
        std::atomic<std::uint64_t> hits{0};
        std::atomic<std::uint64_t> misses{0};
        std::atomic<std::uint64_t> fills{0};    // sent; Redis may find their lease void
        std::atomic<std::uint64_t> drops{0};    // keys
        std::atomic<std::uint64_t> scripts{0};  // times that Redis had to be sent the script of look()
        std::atomic<std::uint64_t> failed{0};   // looks and keys to drop without an answer
    };

    // Carries a version: a release with another encoding of texts has another one, and both can share a Redis.
    static constexpr std::string_view version = "madang:c1:";

    explicit redis_table(redis::client& client, limits l = {}, std::string prefix = std::string{version});

    [[nodiscard]] task<found> look_with(std::string key, lease offered) override;
    void fill(std::string key, lease held, std::string text, std::chrono::milliseconds ttl) override;
    [[nodiscard]] task<> drop(std::vector<std::string> keys) override;

    [[nodiscard]] const figures& counted() const noexcept { return counted_; }

private:
    [[nodiscard]] std::string value_name(std::string_view key) const;
    [[nodiscard]] std::string lease_name(std::string_view key) const;

    redis::client& client_;
    const limits limits_;
    const std::string prefix_;
    figures counted_;
};

}  // namespace madang::cache

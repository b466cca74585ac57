#include "madang/crypto/token_cache.hpp"

#include "token.hpp"

#include <algorithm>

namespace madang::crypto {

token_cache::token_cache(std::size_t capacity) : most_(std::max<std::size_t>(1, (capacity + shard_count - 1) / shard_count)) {}

result<access_claims> token_cache::verify(std::string_view token, const key_set& keys, timestamp now) {
    if (token.size() > longest_token) return errc::unauthenticated;
    const auto name = sha256(token);
    shard& in = shard_of(name);
    if (auto known = find(in, name, keys)) return unless_expired(std::move(*known), now);

    // Without the lock: two threads may verify the same token once each.
    auto fresh = verify_signature(token, keys);
    if (!fresh) return fresh.error();
    if (now < fresh->claims.expires) remember(in, {name, std::move(fresh->kid), fresh->claims}, now);
    return unless_expired(std::move(fresh->claims), now);
}

std::size_t token_cache::size() const {
    std::size_t all = 0;
    for (const shard& s : shards_) {
        const std::lock_guard lock(s.guard);
        all += s.by_age.size();
    }
    return all;
}

std::optional<access_claims> token_cache::find(shard& in, const digest& name, const key_set& keys) {
    const std::lock_guard lock(in.guard);
    const auto found = in.by_name.find(name);
    if (found == in.by_name.end() || !keys.contains(found->second->kid)) return std::nullopt;
    return found->second->claims;
}

void token_cache::remember(shard& in, entry what, timestamp now) {
    const std::lock_guard lock(in.guard);
    if (in.by_name.contains(what.name)) return;
    // Tokens live equally long, so the oldest expire first: two steps for each new one keep the shard clean.
    for (int i = 0; i < 2 && !in.by_age.empty() && in.by_age.front().claims.expires <= now; ++i) forget_oldest(in);
    if (in.by_age.size() >= most_) forget_oldest(in);
    in.by_age.push_back(std::move(what));
    in.by_name.emplace(in.by_age.back().name, std::prev(in.by_age.end()));
}

void token_cache::forget_oldest(shard& in) {
    in.by_name.erase(in.by_age.front().name);
    in.by_age.pop_front();
}

}  // namespace madang::crypto

#include "madang/cache/redis_table.hpp"

#include "scripts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace madang::cache {
namespace {

using redis::reply;
using std::chrono::milliseconds;

// So many a command: Redis does nothing else meanwhile.
constexpr std::size_t keys_at_once = 500;

bool is_unknown_script(const result<std::vector<reply>>& answer) {
    return answer && answer->front().is_refusal() && answer->front().text.starts_with("NOSCRIPT");
}

}  // namespace

redis_table::redis_table(redis::client& client, limits l, std::string prefix)
    : client_(client), limits_(l), prefix_(std::move(prefix)) {}

// The braces are the hash tag of a cluster: both of a key live on the same server (redis.io, "Redis cluster specification").
std::string redis_table::value_name(std::string_view key) const { return fmt::format("{}v:{{{}}}", prefix_, key); }
std::string redis_table::lease_name(std::string_view key) const { return fmt::format("{}l:{{{}}}", prefix_, key); }

task<found> redis_table::look_with(std::string key, lease offered) {
    if (!client_.is_up()) {
        ++counted_.failed;
        co_return found{};
    }
    const auto value = value_name(key);
    const auto held = lease_name(key);
    const auto token = fmt::format_int{static_cast<std::uint64_t>(offered)}.str();
    const auto life = fmt::format_int{limits_.lease_life.count()}.str();

    redis::commands by_digest;
    by_digest.add("EVALSHA", look_digest, "2", value, held, token, life);
    auto answer = co_await client_.call(std::move(by_digest));
    if (is_unknown_script(answer)) {
        ++counted_.scripts;
        redis::commands by_text;
        by_text.add("EVAL", look_script, "2", value, held, token, life);
        answer = co_await client_.call(std::move(by_text));
    }
    if (!answer || answer->front().is_refusal()) {
        ++counted_.failed;
        co_return found{};
    }
    found f;
    auto& said = answer->front();
    if (said.what == reply::kind::list && said.items.size() == 2) {
        ++counted_.hits;
        f.text = std::move(said.items[0].text);
        f.left = milliseconds{said.items[1].integer};
    } else {
        ++counted_.misses;
        if (said.integer == 1) f.to_fill = offered;
    }
    co_return f;
}

// By its text, not its digest: nobody waits here who could send it again.
void redis_table::fill(std::string key, lease held, std::string text, milliseconds ttl) {
    if (held == lease::none || text.size() > limits_.longest_text || ttl.count() <= 0 || !client_.is_up()) return;
    ++counted_.fills;
    redis::commands one;
    one.add("EVAL", fill_script, "2", value_name(key), lease_name(key), fmt::format_int{static_cast<std::uint64_t>(held)}.str(),
            text, fmt::format_int{ttl.count()}.str());
    client_.send(std::move(one));
}

task<> redis_table::drop(std::vector<std::string> keys) {
    if (keys.empty()) co_return;
    counted_.drops += keys.size();
    redis::commands all;
    for (std::span<const std::string> left{keys}; !left.empty();) {
        const auto some = left.first(std::min(keys_at_once, left.size()));
        left = left.subspan(some.size());
        std::vector<std::string> names;
        for (const auto& key : some) {
            names.push_back(value_name(key));
            names.push_back(lease_name(key));
        }
        std::vector<std::string_view> words{"UNLINK"};
        words.insert(words.end(), names.begin(), names.end());
        all.add_all(words);
    }
    const auto answer = co_await client_.call(std::move(all));
    const auto refused = [](const reply& r) { return r.is_refusal(); };
    if (!answer || std::any_of(answer->begin(), answer->end(), refused)) counted_.failed += keys.size();
}

}  // namespace madang::cache
